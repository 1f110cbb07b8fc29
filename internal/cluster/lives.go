package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"

	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// One list of a namespace costs about as much as three single questions. As
// many objects as fewest are worth one; a namespace that holds far more than
// what is asked for is not read to its end.
const (
	fewest = 8
	excess = 2 * pageSize
)

// getLive asks for the live objects at the places that have no problem yet:
// by lists where several are of one kind and namespace, one by one otherwise
// and where a list is refused.
func (c *Client) getLive(ctx context.Context, places []location, objects []map[string]any, results []Result) {
	groups := map[string][]int{}
	var lists [][]int
	for i, at := range places {
		if results[i].Problem == nil {
			key := at.kind.APIVersion + " " + at.kind.Kind + " " + at.namespace
			groups[key] = append(groups[key], i)
		}
	}
	single := make([]bool, len(places)) // a question of its own is needed
	for _, group := range groups {
		for _, i := range group {
			single[i] = len(group) < fewest
		}
		if len(group) >= fewest {
			lists = append(lists, group)
		}
	}
	c.each(len(lists), func(i int) { c.findListed(ctx, lists[i], places, results, single) })
	c.each(len(places), func(i int) {
		if single[i] {
			results[i].Live, results[i].Problem = c.readLive(ctx, places[i], objects[i])
		}
	})
}

// findListed finds the live objects of one kind and namespace in a list, and
// marks the ones that it does not decide about.
func (c *Client) findListed(ctx context.Context, group []int, places []location, results []Result, single []bool) {
	wanted := make(map[string][]int, len(group))
	for _, i := range group {
		wanted[places[i].name] = append(wanted[places[i].name], i)
	}
	at, read, whole := places[group[0]], 0, true
	err := c.readPages(ctx, at.resource, at.kind, at.namespace, "", pageSize, func(items []map[string]any) bool {
		for _, item := range items {
			metadata, _ := item["metadata"].(map[string]any)
			for _, i := range wanted[field(metadata, "name")] {
				results[i].Live = item
			}
		}
		read += len(items)
		whole = read <= 2*len(group)+excess
		return whole
	})
	if err == nil && whole {
		return
	}
	for _, i := range group {
		single[i] = results[i].Live == nil
	}
}

// isAlready reports whether an apply would change nothing: live has every field
// of the object with its value and, except metadata and status, no other.
func isAlready(object, live map[string]any) bool {
	if live == nil {
		return false
	}
	want, err := normalize(object)
	if err != nil {
		return false
	}
	for key, value := range want {
		metadata, _ := live["metadata"].(map[string]any)
		switch {
		case key == "metadata":
			if named, ok := value.(map[string]any); !ok || !hasMetadata(metadata, named) {
				return false
			}
		case !reflect.DeepEqual(value, live[key]):
			return false
		}
	}
	for key := range live {
		if _, ok := want[key]; !ok && key != "metadata" && key != "status" {
			return false
		}
	}
	return true
}

// normalize returns an object with the types in which answers are read. A null is an
// error: the object does not determine how a server treats it.
func normalize(object map[string]any) (map[string]any, error) {
	data, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(data, []byte("null")) {
		return nil, errNull
	}
	var out map[string]any
	return out, utiljson.Unmarshal(data, &out)
}

var errNull = errors.New("the object has a null")

// hasMetadata reports whether metadata has everything that is named; it may have
// other labels and annotations.
func hasMetadata(metadata, named map[string]any) bool {
	for key, value := range named {
		below, isMap := value.(map[string]any)
		have, _ := metadata[key].(map[string]any)
		if isMap && !hasMetadata(have, below) || !isMap && !reflect.DeepEqual(value, metadata[key]) {
			return false
		}
	}
	return true
}
