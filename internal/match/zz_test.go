package match
import ("testing";"fmt")
func BenchmarkParseRuleURL(b *testing.B){ for i:=0;i<b.N;i++{ ParseRuleURL(fmt.Sprintf("<http|https>://host%d.example.com</foo/bar%d/.*>",i,i),RegexpStrategy)}}
func BenchmarkSyntax(b *testing.B){ for i:=0;i<b.N;i++{ urlSyntax(Path{Regexp2,fmt.Sprintf("<http|https>://host%d.example.com</foo/bar%d/.*>",i,i)})}}
func BenchmarkAcc(b *testing.B){ m:=Compile(Set{AnyCase:true,Methods:[]string{"GET"},URL:Path{Regexp2,"<http|https>://host.example.com</foo/bar/.*>"}}); r:=Request{Method:"GET",Scheme:"https",Host:"host.example.com",RawPath:"/foo/bar/asdasdasd"}; for i:=0;i<b.N;i++{ ok,err:=m.Accepts(r); if !ok||err!=nil{b.Fatal(ok,err)}}}
func BenchmarkComp(b *testing.B){ for i:=0;i<b.N;i++{ Compile(Set{AnyCase:true,Methods:[]string{"GET"},URL:Path{Regexp2,"<http|https>://host.example.com</foo/bar/.*>"}})}}
