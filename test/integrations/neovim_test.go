package integrations_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNeovimShowsAFault opens a file with a fault in a real Neovim that has the
// settings of docs/integrations/editors.md.
func TestNeovimShowsAFault(t *testing.T) {
	t.Parallel()
	nvim := onPath(t, "nvim")
	dir := t.TempDir()
	m := regexp.MustCompile("(?s)```lua\n(.*?)```").FindStringSubmatch(read(t, filepath.Join(root, "docs", "integrations", "editors.md")))
	if m == nil {
		t.Fatal("the page has no settings of Neovim")
	}
	write(t, dir, map[string]string{
		"init.lua": m[1],
		"kgw.yaml": "apiVersion: kgw.dev/v1alpha1\nkind: Config\n",
		"shop.yaml": "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: {name: shop, namespace: web}\nspec:\n" +
			"  host: shop.example.com\n  gateway: kyma-system/kyma-gateway\n  service: {name: shop, port: 80}\n" +
			"  rules:\n  - path: /orders\n    methods: [GETT]\n    accessStrategies: [{handler: noop}]\n",
		"ask.lua": `vim.cmd('filetype on')
vim.cmd('edit shop.yaml')
vim.wait(100000, function() return #vim.diagnostic.get(0) > 0 end, 50)
for _, d in ipairs(vim.diagnostic.get(0)) do
  io.stdout:write(string.format('%d:%d %s\n', d.lnum, d.col, d.message))
end
vim.cmd('qa!')
`,
	})
	out := run(t, dir, []string{"HOME=" + dir, "XDG_CONFIG_HOME=" + dir}, nvim, "--headless", "-u", "init.lua", "-c", "luafile ask.lua")
	out.ok(t)
	if !strings.Contains(out.stdout, `9:14 "GETT" is not an allowed value of "methods"`) {
		t.Errorf("Neovim shows %s", out)
	}
}
