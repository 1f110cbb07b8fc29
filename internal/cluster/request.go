package cluster

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
)

// A busy server answers 429 and how long to wait; it is asked again a few times
// after a bounded wait. A request whose answer broke off is sent once more:
// over HTTP/2 one broken connection ends the answers of others.
const (
	busyRetries = 4
	longestWait = 5 * time.Second
)

// ask sends a request and returns the answer's object. A request is made anew
// for each attempt. Only the failures that busyRetries describes are tried
// again.
func (c *Client) ask(ctx context.Context, request func() *rest.Request) (map[string]any, error) {
	broken := false
	ctx = klog.NewContext(ctx, klog.Logger{}) // client-go writes to stderr otherwise
	for busy := 0; ; {
		if p := c.ended.Load(); p != nil {
			return nil, p
		}
		answer := request().MaxRetries(0).Do(ctx)
		err := answer.Error() // unlike Raw, it reads the server's Status
		if err == nil {
			c.inVain.Store(0)
			return decode(answer)
		}
		seconds, wait := apierrors.SuggestsClientDelay(err)
		switch {
		case apierrors.IsTooManyRequests(err) && wait && busy < busyRetries:
			busy++
			c.waiting(ctx, min(time.Duration(seconds)*time.Second, longestWait))
		case hasBrokenOff(err) && !broken && ctx.Err() == nil:
			broken = true
		default:
			return nil, c.requestError(err)
		}
	}
}

// requestError returns the error of a request, as a *Problem if no server
// answered, and ends all questions if the others would fail alike.
func (c *Client) requestError(err error) error {
	p := c.unanswered(err)
	if p == nil {
		c.inVain.Store(0)
		return err
	}
	switch p.Reason {
	case Unreachable, Unauthorized:
		c.ended.CompareAndSwap(nil, p)
	case Timeout, Broken:
		if c.inVain.Add(1) >= int64(c.concurrency) {
			c.ended.CompareAndSwap(nil, p)
		}
	}
	return p
}

// decode reads an object; integers are int64, other numbers float64.
func decode(answer rest.Result) (map[string]any, error) {
	var object map[string]any
	body, err := answer.Raw()
	if err != nil {
		return nil, err
	}
	if err := utiljson.Unmarshal(body, &object); err != nil || object == nil {
		return nil, &Problem{Broken, "the server's answer is not an object"}
	}
	return object, nil
}
