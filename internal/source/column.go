package source

import (
	"sort"
	"unicode/utf8"
)

// Columns count code points. For a long line the places of some code points are
// kept: a minified document is one line, and every finding asks for its column.
const (
	longLine  = 512
	markEvery = 128
)

// columnOf returns the column, from 1, of the byte at an offset of a line.
func (f *File) columnOf(line, offset int) int {
	start, column := f.lines[line-1], 1
	if offset-start > longLine {
		marks := f.marksOf(line)
		if i := sort.SearchInts(marks, offset+1) - 1; i >= 0 {
			start, column = marks[i], i*markEvery+1
		}
	}
	return column + utf8.RuneCount(f.Data[start:offset])
}

// textFrom returns the text of a line from a column, from 1, to the end of the
// line; nil where the line is shorter.
func (f *File) textFrom(line, column int) []byte {
	f.once.Do(f.index)
	if line < 1 || line > len(f.lines) || column < 1 {
		return nil
	}
	start, end := f.lines[line-1], f.lineEnd(line)
	if column > markEvery && end-start > longLine {
		marks := f.marksOf(line)
		i := min((column-1)/markEvery, len(marks)-1)
		start, column = marks[i], column-i*markEvery
	}
	for ; column > 1 && start < end; column-- {
		_, size := utf8.DecodeRune(f.Data[start:end])
		start += size
	}
	return f.Data[start:end]
}

// lineEnd returns the offset of the break at the end of a line, or of the end
// of the file.
func (f *File) lineEnd(line int) int {
	start, end := f.lines[line-1], len(f.Data)
	if line < len(f.lines) {
		end = f.lines[line]
	}
	for end > start && isBreak(f.Data[end-1]) {
		end--
	}
	return end
}

func (f *File) marksOf(line int) []int {
	if m, ok := f.marks.Load(line); ok {
		marks, _ := m.([]int)
		return marks
	}
	var marks []int
	at, end := f.lines[line-1], f.lineEnd(line)
	for n := 0; at < end; n++ {
		if n%markEvery == 0 {
			marks = append(marks, at)
		}
		_, size := utf8.DecodeRune(f.Data[at:end])
		at += size
	}
	f.marks.Store(line, marks)
	return marks
}
