package browser_test

import (
	"testing"

	"github.com/kgw-dev/kgw/exposure/page"
	"github.com/kgw-dev/kgw/test/browser"
)

// painted is how long after the beginning of its navigation a page has painted
// what it shows and answers, in milliseconds.
const painted = `new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))`

// searched returns the time that a search takes until its result is painted.
const searched = `(() => {
  const start = performance.now();
  byId("q").value = "orders/4999";
  byId("q").dispatchEvent(new Event("input"));
  return new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now() - start))));
})()`

// BenchmarkManyRoutes opens a page of 5,000 routes and a plain table of the same
// rows, in turn, and reports how long the page takes until it answers, and until a
// search shows its result, as multiples of the time of the table.
func BenchmarkManyRoutes(b *testing.B) {
	r := manyRoutes(5000)
	report, table := pageOf(b, &page.Page{Inputs: []string{"apis"}, Report: r}), write(b, "table.html", plainTable(r))
	var ours, search, plain float64
	for b.Loop() {
		plain += browser.Eval[float64](chromium.Open(b, table), painted)
		p := open(b, report)
		ours += browser.Eval[float64](p, painted)
		search += browser.Eval[float64](p, searched)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ours/float64(b.N), "page-ms")
	b.ReportMetric(plain/float64(b.N), "table-ms")
	b.ReportMetric(ours/plain, "page/table")
	b.ReportMetric(search/plain, "search/table")
}
