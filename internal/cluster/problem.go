package cluster

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"unicode"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// longestText bounds what is shown of a server's words: some repeat the whole
// object.
const longestText = 800

// problem turns an error of ask into a problem about an object, or about none.
func (c *Client) problem(err error, object map[string]any) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return &Problem{reasonOf(err), c.showSafely(err.Error(), object)}
}

// unanswered returns the problem of an error without an answer of the
// server to the question, and nil for an answer.
func (c *Client) unanswered(err error) *Problem {
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		if apierrors.IsUnauthorized(err) {
			return &Problem{Unauthorized, c.host + " does not accept the credentials, they are wrong or have expired"}
		}
		return nil
	}
	cause := c.showSafely(causeOf(err).Error(), nil)
	switch {
	case errors.Is(err, context.Canceled):
		return &Problem{Other, "interrupted"}
	case isConnection(err):
		return &Problem{Unreachable, fmt.Sprintf("cannot reach %s: %s", c.host, cause)}
	case isTimeout(err):
		return &Problem{Timeout, c.host + " does not answer in time (--request-timeout)"}
	case hasBrokenOff(err):
		return &Problem{Broken, fmt.Sprintf("the answer of %s breaks off: %s", c.host, cause)}
	case strings.Contains(err.Error(), "getting credentials: "): // an exec plugin, client-go/plugin/pkg/client/auth/exec
		return &Problem{Unauthorized, cause}
	}
	return nil
}

// causeOf drops the method and the URL that net/http puts before an error.
func causeOf(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func isConnection(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.As(err, &op) && op.Op == "dial", errors.As(err, &dns):
		return true
	case errors.As(err, &certificate), errors.As(err, &record), errors.As(err, &alert):
		return true
	}
	return strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// hasBrokenOff reports an answer that began, or a connection that was open, and
// then ended. client-go wraps what happens inside of a body in these words
// (rest/request.go, transformResponse).
func hasBrokenOff(err error) bool {
	var status apierrors.APIStatus
	var p *Problem
	switch {
	case errors.As(err, &status), errors.As(err, &p), isTimeout(err), isConnection(err):
		return false
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return true
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return true
	}
	text := err.Error()
	for _, words := range []string{"when reading response body", "stream error", "http2: ", "server closed idle connection", "malformed HTTP", "EOF"} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

// reasonOf sorts what the server says. Its reasons are those of metav1.Status;
// RBAC and admission share Forbidden and differ in their words
// (apiserver/pkg/authorization/authorizer, plugin/webhook/errors).
func reasonOf(err error) Reason {
	text := err.Error()
	switch {
	case strings.Contains(text, "denied the request"), strings.Contains(text, "denied request"), strings.Contains(text, "admission webhook"):
		return Refused
	case apierrors.IsForbidden(err) && strings.Contains(text, " cannot "):
		return Forbidden
	case apierrors.IsForbidden(err), apierrors.IsInvalid(err), apierrors.IsBadRequest(err):
		return Refused
	case strings.Contains(text, "failed to create typed patch object"), strings.Contains(text, "calling webhook"):
		return Refused
	case apierrors.IsNotFound(err) && missingResource(err) == "namespaces":
		return NoNamespace
	case apierrors.IsNotFound(err), apierrors.IsMethodNotSupported(err):
		return NotInstalled
	case apierrors.IsConflict(err), apierrors.IsAlreadyExists(err):
		return Conflict
	case apierrors.IsTimeout(err), apierrors.IsServerTimeout(err):
		return Timeout
	}
	return Other
}

// missingResource is the resource that the server did not find.
func missingResource(err error) string {
	var status apierrors.APIStatus
	if errors.As(err, &status) && status.Status().Details != nil {
		return status.Status().Details.Kind
	}
	return ""
}

// showSafely makes words fit to be shown: one line of bounded length without
// credentials, and without the values of a Secret that they are about.
func (c *Client) showSafely(text string, object map[string]any) string {
	for _, secret := range append(valuesOf(object), c.secrets...) {
		if len(secret) > 3 {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return sentence(text)
}

// valuesOf lists the values of a Secret.
func valuesOf(object map[string]any) []string {
	if object["kind"] != "Secret" {
		return nil
	}
	var values []string
	for _, key := range []string{"data", "stringData"} {
		data, _ := object[key].(map[string]any)
		for name := range data {
			values = append(values, field(data, name))
		}
	}
	return values
}

func sentence(text string) string {
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)), " ")
	if runes := []rune(text); len(runes) > longestText {
		text = string(runes[:longestText]) + " ..."
	}
	return strings.TrimSuffix(text, ".")
}
