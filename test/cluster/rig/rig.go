// Package rig is a Kubernetes API server for tests: kube-apiserver and etcd as
// processes on the loopback interface, with an audit log, users with tokens,
// RBAC, and the kinds that kgw writes.
//
// It takes the programs' paths from the environment and gives an address, a
// kubeconfig for each user, and means to prepare what tests begin with. It
// must not know what is tested.
package rig

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Programs are the paths of what the rig runs.
type Programs struct {
	APIServer, Etcd string // what the server is made of
	Kubectl, Kgw    string // what is tested or compared with
}

// Environment gives the programs that make test-cluster names, and false if
// one is missing.
func Environment() (Programs, bool) {
	p := Programs{os.Getenv("KGW_TEST_KUBE_APISERVER"), os.Getenv("KGW_TEST_ETCD"), os.Getenv("KGW_TEST_KUBECTL"), os.Getenv("KGW_TEST_KGW")}
	return p, p.APIServer != "" && p.Etcd != "" && p.Kubectl != "" && p.Kgw != ""
}

// The users of a server; their tokens are their names and "-token".
const (
	Admin   = "admin"   // prepares what tests begin with
	Auditee = "auditee" // whom kgw runs as: may do everything and must write nothing
	Reader  = "reader"  // may read VirtualServices of the namespace that Reads names, and nothing else
	Expired = "expired" // has a token that the server does not know
)

// Server is a running API server.
type Server struct {
	Programs
	URL, Dir string

	client     *http.Client
	etcd, self *exec.Cmd
}

// Start starts a server whose files are below the directory, and waits until
// it answers and knows the kinds.
func Start(p Programs, dir string) (*Server, error) {
	s := &Server{Programs: p, Dir: dir}
	if err := s.start(); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) start() error {
	ports, err := freePorts(3)
	if err != nil {
		return err
	}
	if err := s.writeFiles(); err != nil {
		return err
	}
	store := fmt.Sprintf("http://127.0.0.1:%d", ports[0])
	if s.etcd, err = s.run("etcd.log", s.Etcd, "--data-dir", s.file("etcd"), "--unsafe-no-fsync",
		"--listen-client-urls", store, "--advertise-client-urls", store, "--listen-peer-urls", fmt.Sprintf("http://127.0.0.1:%d", ports[1])); err != nil {
		return err
	}
	s.URL = fmt.Sprintf("https://127.0.0.1:%d", ports[2])
	if s.self, err = s.run("kube-apiserver.log", s.APIServer, "--etcd-servers", store, "--secure-port", fmt.Sprint(ports[2]),
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--cert-dir", s.file("certs"),
		"--service-cluster-ip-range=10.0.0.0/24", "--service-account-issuer=https://127.0.0.1/",
		"--service-account-key-file", s.file("sa.key"), "--service-account-signing-key-file", s.file("sa.key"),
		"--token-auth-file", s.file("tokens.csv"), "--authorization-mode=RBAC", "--disable-admission-plugins=ServiceAccount",
		"--audit-policy-file", s.file("audit.yaml"), "--audit-log-path", s.file("audit.log"), "--audit-log-mode=blocking",
		"--endpoint-reconciler-type=none"); err != nil {
		return err
	}
	if err := s.ready(2 * time.Minute); err != nil {
		return err
	}
	return s.install()
}

// Stop ends the processes at once; the directory is the caller's.
func (s *Server) Stop() {
	for _, cmd := range []*exec.Cmd{s.self, s.etcd} {
		if cmd != nil && cmd.Process != nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
}

func (s *Server) file(name string) string { return filepath.Join(s.Dir, name) }

func (s *Server) run(log, program string, args ...string) (*exec.Cmd, error) {
	out, err := os.Create(s.file(log))
	if err != nil {
		return nil, err
	}
	defer out.Close() // the process has its own
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = out, out
	return cmd, cmd.Start()
}

func (s *Server) writeFiles() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	var tokens bytes.Buffer
	for _, user := range []string{Admin, Auditee} {
		fmt.Fprintf(&tokens, "%s-token,%s,%s,\"system:masters\"\n", user, user, user)
	}
	fmt.Fprintf(&tokens, "%s-token,%s,%s\n", Reader, Reader, Reader)
	for name, data := range map[string][]byte{
		"sa.key":     pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}),
		"tokens.csv": tokens.Bytes(),
		"audit.yaml": []byte("apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n  - {level: None, users: [\"system:apiserver\", admin]}\n  - {level: Metadata}\n"),
	} {
		if err := os.WriteFile(s.file(name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// ready waits until the server says that it is.
func (s *Server) ready(limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for ctx.Err() == nil {
		if err := s.trust(); err == nil {
			if _, err := s.Do(http.MethodGet, "/readyz", nil); err == nil {
				return nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	log, _ := os.ReadFile(s.file("kube-apiserver.log"))
	return fmt.Errorf("the API server is not ready after %v:\n%s", limit, log[max(0, len(log)-3000):])
}

// CA returns the file of the certificate that the server made for itself.
func (s *Server) CA() string { return s.file("certs/apiserver.crt") }

func (s *Server) trust() error {
	if s.client != nil {
		return nil
	}
	data, err := os.ReadFile(s.CA())
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return errors.New("the server's certificate is not written yet")
	}
	s.client = &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool}}}
	return nil
}

// freePorts gives ports that nobody listens on.
func freePorts(n int) ([]int, error) {
	ports := make([]int, n)
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // all are taken before one is given back
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}
