package ir

// Settings are what a cluster's configuration, not the document, decides about
// a dialect. Lift reads them.
type Settings struct {
	// DefaultDomain completes hosts without a dot; "" leaves them.
	DefaultDomain string
	// IstioJWT selects the Istio handler for v1beta1 instead of Oathkeeper's.
	IstioJWT bool
	// Kyma is the release of Kyma's API Gateway whose controller is followed,
	// such as "3.9" or "3.4.1"; "" is the last one.
	Kyma string
	// CORS replaces parts of a version's default policy; nil fields keep it.
	CORS CORS
	// Strict asks for kgw's own judgement where it differs from the
	// controller's.
	Strict bool
}

// WithDefaults returns the CORS policy of the settings, with absent parts
// copied from def.
func (s *Settings) WithDefaults(def CORS) *CORS {
	out := def
	if s.CORS.Origins != nil {
		out.Origins = s.CORS.Origins
	}
	if s.CORS.Methods != nil {
		out.Methods = s.CORS.Methods
	}
	if s.CORS.Headers != nil {
		out.Headers = s.CORS.Headers
	}
	return &out
}
