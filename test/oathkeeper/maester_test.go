package oathkeeper

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/ory/oathkeeper-maester/api/v1alpha1"
)

// maester makes access rules of Rules with the Maester's own code: those that
// it validates, in the form that it writes.
func maester(t *testing.T, rules []object) (accessRules []byte, dropped map[string]bool) {
	t.Helper()
	list := v1alpha1.RuleList{}
	if err := json.Unmarshal([]byte(text(object{"items": rules})), &list); err != nil {
		t.Fatal(err)
	}
	dropped = map[string]bool{}
	for i := range list.Items {
		valid := validates(&list.Items[i])
		list.Items[i].Status.Validation = &v1alpha1.Validation{Valid: &valid}
		if !valid {
			dropped[list.Items[i].Name] = true
		}
	}
	out, err := list.FilterNotValid().ToOathkeeperRules()
	if err != nil {
		t.Fatal(err)
	}
	return out, dropped
}

// validates calls ValidateWith, whose parameter is of a type that only the
// Maester can name.
func validates(r *v1alpha1.Rule) bool {
	method := reflect.ValueOf(r).MethodByName("ValidateWith")
	config := reflect.New(method.Type().In(0)).Elem()
	for field, list := range map[string][]string{
		"AuthenticatorsAvailable": v1alpha1.DefaultAuthenticatorsAvailable[:], "AuthorizersAvailable": v1alpha1.DefaultAuthorizersAvailable[:],
		"MutatorsAvailable": v1alpha1.DefaultMutatorsAvailable[:], "ErrorsAvailable": v1alpha1.DefaultErrorsAvailable[:],
	} {
		config.FieldByName(field).Set(reflect.ValueOf(list))
	}
	return method.Call([]reflect.Value{config})[0].IsNil()
}
