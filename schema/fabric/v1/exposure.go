package v1

import "github.com/kgw-dev/kgw/internal/diag"

func (f *FabricGateway) checkExposure(found *diag.List) {}
