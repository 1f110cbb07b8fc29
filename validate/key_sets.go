package validate

import (
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// checkKeySets reports issuers whose tokens pods verify with different keys: Istio
// puts the rules of all RequestAuthentications of a pod into one list, so that
// a token is the issuer's if the keys of either verify it
// (https://istio.io/latest/docs/reference/config/security/request_authentication/).
func checkKeySets(v *View, found *diag.List) {
	byIssuer := map[string][][]*ir.KeySet{} // those of one issuer, by their keys
	for i := range v.KeySets {
		k, own := &v.KeySets[i], -1
		for j, list := range byIssuer[k.Issuer] {
			if list[0].Keys == k.Keys {
				own = j
				continue
			}
			for _, share := range []sharing{somePod, maybePod} {
				if at := slices.IndexFunc(list, func(o *ir.KeySet) bool { return v.sharePods(o.Pods, k.Pods) == share }); at >= 0 {
					reportDifferentKeys(k, list[at], share, found)
					reportDifferentKeys(list[at], k, share, found)
					break
				}
			}
		}
		if own < 0 {
			byIssuer[k.Issuer] = append(byIssuer[k.Issuer], []*ir.KeySet{k})
		} else {
			byIssuer[k.Issuer][own] = append(byIssuer[k.Issuer][own], k)
		}
	}
}

func reportDifferentKeys(k, other *ir.KeySet, share sharing, found *diag.List) {
	whose := "another rule"
	if other.Name != "" {
		whose = "the RequestAuthentication " + other.Name
	}
	code := diag.KeySetsDiffer
	if share == maybePod {
		code = diag.PodsMayShare
	}
	for i := range *found {
		if f := &(*found)[i]; f.Code == code && f.At == k.Origin {
			return
		}
	}
	if share == maybePod {
		found.Add(diag.Finding{
			Code: code, At: k.Origin, Help: podsHelp,
			Message: fmt.Sprintf("tokens of issuer %q are verified with the keys of %q here and with those of %q by %s: %s", k.Issuer, shownKeys(k.Keys), shownKeys(other.Keys), whose, mayHaveBoth(k.Pods, other.Pods)),
			Related: []diag.Related{{Message: "the other key set", At: other.Origin}},
		})
		return
	}
	found.Add(diag.Finding{
		Code: diag.KeySetsDiffer, At: k.Origin,
		Message: fmt.Sprintf("tokens of issuer %q are verified with the keys of %q here and with those of %q by %s on the same pods: a token that either signed gets in", k.Issuer, shownKeys(k.Keys), shownKeys(other.Keys), whose),
		Help:    "name one key set for an issuer, or send the two to different Services",
		Related: []diag.Related{{Message: "the other key set", At: other.Origin}},
	})
}

// shownKeys returns keys as a message shows them.
func shownKeys(keys string) string {
	const inline = "inline "
	if len(keys) > len(inline) && keys[:len(inline)] == inline {
		return "keys in the object itself"
	}
	return keys
}
