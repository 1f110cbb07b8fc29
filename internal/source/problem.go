package source

// ProblemKind is the kind of fault of an input, before any meaning is read from it.
type ProblemKind uint8

// The kinds of problems.
const (
	Unreadable       ProblemKind = iota + 1 // the file or directory cannot be read
	NotUTF8                                 // binary, UTF-16, or an invalid byte
	Syntax                                  // not YAML
	Tab                                     // a tab where YAML wants spaces
	DuplicateKey                            // one mapping, one key, twice
	Ambiguous                               // a plain scalar that YAML 1.1 and 1.2 read differently
	AliasCycle                              // an anchor that contains itself
	AliasBomb                               // aliases that expand to too many nodes
	DocumentTooLarge                        // over MaxDocumentBytes, MaxNodes or MaxFileBytes
	TooManyDocuments                        // over MaxDocuments
	BadKey                                  // a mapping key that is not a scalar
	SymlinkLoop                             // a directory that leads back to itself
	LeavesTree                              // a link out of the work tree
)

// Fatal reports whether a problem means that the input could not be read or
// parsed (exit status 3), rather than that its content is at fault.
func (k ProblemKind) Fatal() bool {
	switch k {
	case DuplicateKey, Ambiguous, BadKey:
		return false
	}
	return true
}

// Problem is one thing wrong with an input. Message is one sentence, lower
// case, without a full stop; Help is the remedy.
type Problem struct {
	Kind                             ProblemKind
	File                             *File
	Doc                              *Document // nil before there are documents
	Path                             string    // field path, where there is one
	Line, Column, EndLine, EndColumn int       // in the file; 0 where unknown
	Message, Help                    string
	// OtherLine and OtherColumn are a second place in the same file: the first
	// of two equal keys.
	OtherLine, OtherColumn int
}
