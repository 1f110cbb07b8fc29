package hydra

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/julienschmidt/httprouter"
	"github.com/ory/hydra/v2/client"
	"github.com/ory/hydra/v2/driver"
	"github.com/ory/hydra/v2/driver/config"
	"github.com/ory/x/configx"
	"github.com/ory/x/contextx"
	"github.com/ory/x/httprouterx"
	"github.com/ory/x/logrusx"

	"github.com/kgw-dev/kgw/compile"
	kgwconfig "github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
)

// clients returns what kgw writes for the clients of a file.
func clients(t *testing.T, name string) []map[string]any {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file, problem := source.NewFile(name, data)
	if problem != nil {
		t.Fatal(problem.Message)
	}
	r := compile.Run(compile.Input{Files: []*source.File{file}}, compile.Options{EmitFile: kgwconfig.EmitHydra})
	if len(r.Files) != 1 {
		t.Fatalf("%d files: %+v", len(r.Files), r.Findings)
	}
	var out []map[string]any
	if err := json.Unmarshal(r.Files[0].Data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// start serves the admin API of a Hydra that keeps everything in memory.
func start(t *testing.T) string {
	t.Helper()
	ctx := context.Background()
	log := logrusx.New("hydra", "test")
	log.Logger.Out = io.Discard
	c := config.MustNew(ctx, log, configx.SkipValidation())
	for key, value := range map[string]any{
		config.KeyDSN: "memory", "dev": true, config.KeyBCryptCost: "4",
		config.KeyGetSystemSecret: []string{"000000000000000000000000000000000000000000000000"}, config.KeySubjectIdentifierAlgorithmSalt: "00000000",
	} {
		c.MustSet(ctx, key, value)
	}
	registry, err := driver.NewRegistryFromDSN(ctx, c, log, false, true, &contextx.Default{})
	if err != nil {
		t.Fatal(err)
	}
	router := httprouterx.NewRouterAdminWithPrefixAndRouter(httprouter.New(), "/admin", func(context.Context) *url.URL { return &url.URL{} })
	client.NewHandler(registry).SetRoutes(router, &httprouterx.RouterPublic{Router: httprouter.New()})
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	return server.URL
}

// post sends a client to the admin API and returns what Hydra keeps.
func post(t *testing.T, admin string, c map[string]any) (map[string]any, int) {
	t.Helper()
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Post(admin+"/admin/clients", "application/json", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out, answer.StatusCode
}

// TestHydraRegisters registers each client: Hydra keeps every field as kgw wrote
// it, so that none is one that it does not know.
func TestHydraRegisters(t *testing.T) {
	admin := start(t)
	for _, c := range clients(t, "testdata/clients.yaml") {
		kept, status := post(t, admin, c)
		if status != http.StatusCreated {
			t.Errorf("%v: %d %v", c["owner"], status, kept)
			continue
		}
		for key, want := range c {
			if d := cmp.Diff(want, kept[key]); d != "" {
				t.Errorf("%v: Hydra keeps another %s (-kgw +hydra):\n%s", c["owner"], key, d)
			}
		}
	}
	if _, status := post(t, admin, map[string]any{"token_endpoint_auth_method": "private_key_jwt"}); status == http.StatusCreated {
		t.Error("Hydra registers a client with private_key_jwt and without keys")
	}
}
