package simulate

// Treatment is what a route does besides sending a request on and setting
// headers of it, each as a text that can be compared; "" where nothing is done.
type Treatment struct {
	Timeout string
	CORS    string
	// Origins are origins that the CORS policy names.
	Origins []string
	// Request is what is done to requests that depends on what they have, and that
	// one request does not show.
	Request string
	// Response is what is done to the headers of responses.
	Response string
	// Split is how the traffic is shared among several backends.
	Split string
	// Other is whatever else there is, sorted.
	Other []string
}
