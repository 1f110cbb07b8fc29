package rolebindings

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// bind returns the bindings of one role, of groups that are named "@" and users.
func bind(role, namespace string, who ...string) ir.Bound {
	b := ir.Bound{Role: role, Namespace: namespace}
	for _, w := range who {
		if name, ok := strings.CutPrefix(w, "@"); ok {
			b.Groups = append(b.Groups, ir.Subject{Name: name})
			continue
		}
		b.Users = append(b.Users, ir.Subject{Name: w})
	}
	return b
}

// linesOf returns each object in one line: kind, namespace, name, role and
// subjects.
func linesOf(objects []manifest.Object) string {
	var lines []string
	for i := range objects {
		o := &objects[i]
		ref, _ := o.Body.Get("roleRef")
		role, _ := ref.(source.Object).Get("name")
		line := fmt.Sprintf("%s %s/%s %s:", o.Kind, o.Meta.Namespace, o.Meta.Name, role)
		subjects, _ := o.Body.Get("subjects")
		for _, s := range subjects.([]any) {
			line += fmt.Sprintf(" %s=%s", s.(source.Object)[0].Value, s.(source.Object)[1].Value)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestLower(t *testing.T) {
	const essential = "ClusterRoleBinding /kyma-essentials-binding kyma-essentials: "
	for name, c := range map[string]struct {
		bound []ir.Bound
		want  string
	}{
		"none":                   {nil, ""},
		"nobody":                 {[]ir.Bound{bind("kyma-view", "")}, ""},
		"a group of the cluster": {[]ir.Bound{bind("kyma-view", "", "@team")}, "ClusterRoleBinding /kyma-view-binding kyma-view: Group=team"},
		"a user of a namespace":  {[]ir.Bound{bind("kyma-view", "shop", "ada")}, "RoleBinding shop/kyma-view-binding kyma-view: User=ada"},
		"groups before users, by name": {
			[]ir.Bound{bind("kyma-view", "", "b", "a", "@z", "@y")},
			"ClusterRoleBinding /kyma-view-binding kyma-view: Group=y Group=z User=a User=b",
		},
		"a group and a user of one name": {[]ir.Bound{bind("kyma-view", "", "a", "@a")}, "ClusterRoleBinding /kyma-view-binding kyma-view: Group=a User=a"},
		"one twice":                      {[]ir.Bound{bind("kyma-view", "", "a"), bind("kyma-view", "", "b", "a")}, "ClusterRoleBinding /kyma-view-binding kyma-view: User=a User=b"},
		"two namespaces": {
			[]ir.Bound{bind("kyma-view", "b", "a"), bind("kyma-view", "a", "a")},
			"RoleBinding a/kyma-view-binding kyma-view: User=a\nRoleBinding b/kyma-view-binding kyma-view: User=a",
		},
		"a developer of the cluster":   {[]ir.Bound{bind("kyma-developer", "", "a")}, "ClusterRoleBinding /kyma-developer-binding kyma-developer: User=a\n" + essential + "User=a"},
		"a developer of a namespace":   {[]ir.Bound{bind("kyma-developer", "shop", "a")}, essential + "User=a\nRoleBinding shop/kyma-developer-binding kyma-developer: User=a"},
		"developers of two namespaces": {[]ir.Bound{bind("kyma-developer", "x", "a"), bind("kyma-developer", "y", "b", "a")}, essential + "User=a User=b\nRoleBinding x/kyma-developer-binding kyma-developer: User=a\nRoleBinding y/kyma-developer-binding kyma-developer: User=a User=b"},
		"no developer":                 {[]ir.Bound{bind("kyma-developer", "shop")}, ""},
		"an admin has them":            {[]ir.Bound{bind("kyma-admin", "shop", "a")}, "RoleBinding shop/kyma-admin-binding kyma-admin: User=a"},
		"essentials that are bound already": {
			[]ir.Bound{bind("kyma-essentials", "", "b"), bind("kyma-developer", "shop", "a")},
			essential + "User=a User=b\nRoleBinding shop/kyma-developer-binding kyma-developer: User=a",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := linesOf(Lower([]*ir.Bindings{{Bound: c.bound}})); got != c.want {
				t.Errorf("\n%s\nwant\n%s", got, c.want)
			}
			var apart []*ir.Bindings
			for i := range c.bound {
				apart = append([]*ir.Bindings{{Bound: c.bound[i : i+1]}}, apart...)
			}
			if got := linesOf(Lower(apart)); got != c.want {
				t.Errorf("in documents of their own, in the other order:\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestOrigins holds that an object comes from the first document that binds its
// role there.
func TestOrigins(t *testing.T) {
	first, second := source.Ref{Doc: &source.Document{}}, source.Ref{Doc: &source.Document{}}
	objects := Lower([]*ir.Bindings{
		{Origin: first, Bound: []ir.Bound{bind("kyma-view", "", "a")}},
		{Origin: second, Bound: []ir.Bound{bind("kyma-view", "", "b"), bind("kyma-edit", "", "b")}},
	})
	if len(objects) != 2 || objects[0].Origin.Doc != second.Doc || objects[1].Origin.Doc != first.Doc {
		t.Errorf("%s", linesOf(objects))
	}
}
