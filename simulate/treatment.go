package simulate

// Treatment is what a route does besides sending a request on and setting its
// headers. Each field is a text that can be compared, "" where nothing is done.
type Treatment struct {
	Timeout string
	CORS    string
	// Origins are origins that the CORS policy names.
	Origins []string
	// Request is the changes to requests that depend on their content, so that one
	// request does not show them.
	Request string
	// Response is what is done to the headers of responses.
	Response string
	// Split describes how the traffic is shared among several backends.
	Split string
	// Other lists everything else, sorted.
	Other []string
}
