package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/spf13/cobra"
)

// offline lists how each command is run without a network: one line of arguments
// for each way to use it that does not name a cluster. A new command fails
// TestNoSockets until it is listed here. "<" passes a file on standard input.
var offline = map[string][]string{
	"":                {"", "< list.yaml", "--help"},
	"adopt":           {"apis --live dump.yaml"},
	"argocd":          {""},
	"argocd generate": {"apis"},
	"argocd plugin":   {""},
	"baseline":        {""},
	"baseline write":  {"apis"},
	"build":           {"apis", "- < apis/rule.yaml", "apis --output-dir out", "apis -o json"},
	"completion":      {"bash"},
	"diff":            {"apis --live dump.yaml", "apis --against apis"},
	"environment":     {""},
	"exit-codes":      {""},
	"explain":         {"", "KGW402"},
	"fn":              {"< list.yaml"},
	"gate":            {"apis --against apis"},
	"graph":           {"apis"},
	"help":            {"build"},
	"import":          {""},
	"import openapi":  {"api.yaml --service shop"},
	"init":            {"--with-schema", "--scan --stdout", "--from-dump apis --stdout"},
	"kubeconfig":      {"--server https://api.example.com --issuer https://login.example.com --client-id kubectl"},
	"lsp":             {"< list.yaml"},
	"man":             {"pages"},
	"migrate":         {"apis --to v2", "apis"},
	"report":          {"apis", "apis --html page.html --against apis"},
	"schema":          {"APIRule/v2", "config"},
	"schema crd":      {"APIRule/v2"},
	"schema export":   {"--dir schemas"},
	"schema list":     {""},
	"test":            {"apis"},
	"config":          {"apis"},
	"trace":           {"GET https://shop.example.com/ apis"},
	"validate":        {"apis", "apis --fix --diff", "apis --prove", "apis --status --format json"},
	"version":         {""},
	"why":             {"VirtualService/shop/shop-jixezguj apis"},
}

// TestNoSockets runs every command in a network namespace of its own, in which
// there is no network, and under a filter that kills a process which asks the
// kernel for a socket. kgw has no telemetry and looks for no updates, and its
// schemas are its own.
func TestNoSockets(t *testing.T) {
	if out, err := without(t, t.TempDir(), "opens-socket", "").CombinedOutput(); !killed(err) {
		t.Skipf("SKIPPED: processes cannot be kept from sockets here: %v\n%s", err, out)
	}
	if namespace() == nil {
		t.Log("SKIPPED: network namespaces are not permitted here; the filter alone must do")
	}
	for _, name := range commandNames((&app{}).root(), "") {
		lines, ok := offline[name]
		if !ok {
			t.Errorf("kgw %s is not run: add it to the table in this file", name)
		}
		for _, line := range lines {
			t.Run("kgw "+name+" "+line, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "offline"))); err != nil {
					t.Fatal(err)
				}
				line, stdin, _ := strings.Cut(line, "< ")
				cmd := without(t, dir, "kgw", stdin, append(strings.Fields(name), strings.Fields(line)...)...)
				out, err := cmd.CombinedOutput()
				if killed(err) {
					t.Fatalf("it opens a socket\n%s", out)
				}
				if code := cmd.ProcessState.ExitCode(); code != exitClean && code != exitFindings {
					t.Errorf("exit %d\n%s", code, out)
				}
			})
		}
	}
}

// commandNames lists the commands that can be run, as they are called.
func commandNames(c *cobra.Command, name string) []string {
	var out []string
	if c.Runnable() || c.IsAdditionalHelpTopicCommand() {
		out = append(out, name)
	}
	for _, sub := range c.Commands() {
		out = append(out, commandNames(sub, strings.TrimSpace(name+" "+sub.Name()))...)
	}
	if name == "" && !slices.Contains(out, "help") {
		out = append(out, "help")
	}
	return out
}

// without prepares a run of one of the test's programs without a network.
func without(t *testing.T, dir, program, stdin string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath("no-sockets")
	if err != nil {
		t.Fatal(err)
	}
	target, err := exec.LookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{target}, args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	if stdin != "" {
		f, err := os.Open(filepath.Join(dir, stdin))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		cmd.Stdin = f
	}
	cmd.SysProcAttr = namespace()
	return cmd
}

// namespace returns a network namespace of its own, where the kernel allows it.
func namespace() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Geteuid() != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	}
	probe := exec.Command("true")
	probe.SysProcAttr = attr
	if probe.Run() != nil {
		return nil // the filter alone must do
	}
	return attr
}

// killed reports whether a process was ended for a system call.
func killed(err error) bool {
	var e *exec.ExitError
	if !errors.As(err, &e) {
		return false
	}
	status, ok := e.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGSYS
}

// openSocket is a program that does what kgw must not do.
func openSocket() {
	_, err := net.Dial("udp", "127.0.0.1:9")
	fmt.Println(err)
}

// withoutSockets is a program that runs another one, which the kernel kills
// when it opens a socket: seccomp(2), with a filter of classic BPF.
func withoutSockets() {
	const (
		setNoNewPrivileges = 38
		setSeccomp         = 22
		modeFilter         = 2
		load               = 0x20 // the number of the call
		jumpEqual          = 0x15
		answer             = 0x06
		kill               = 0x80000000
		allow              = 0x7fff0000
	)
	filter := []syscall.SockFilter{
		{Code: load},
		{Code: jumpEqual, Jf: 1, K: syscall.SYS_SOCKET},
		{Code: answer, K: kill},
		{Code: answer, K: allow},
	}
	program := syscall.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	runtime.LockOSThread()
	_, _, errno := syscall.Syscall(syscall.SYS_PRCTL, setNoNewPrivileges, 1, 0)
	if errno == 0 {
		_, _, errno = syscall.Syscall(syscall.SYS_PRCTL, setSeccomp, modeFilter, uintptr(unsafe.Pointer(&program)))
	}
	if errno != 0 {
		fmt.Fprintln(os.Stderr, "no filter:", errno)
		os.Exit(exitInternal)
	}
	fmt.Fprintln(os.Stderr, syscall.Exec(os.Args[1], os.Args[1:], os.Environ()))
	os.Exit(exitInternal)
}

// helpers are the programs of this test.
var helpers = map[string]func(){"no-sockets": withoutSockets, "opens-socket": openSocket}
