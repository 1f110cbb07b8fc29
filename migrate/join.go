package migrate

import "bytes"

// Join appends a file's text to a stream of documents.
func Join(stream, text []byte) []byte {
	if len(stream) == 0 {
		return append(stream, text...)
	}
	if stream[len(stream)-1] != '\n' {
		stream = append(stream, '\n')
	}
	if !bytes.HasPrefix(text, []byte("---")) {
		stream = append(stream, "---\n"...)
	}
	return append(stream, text...)
}
