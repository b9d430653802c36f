// Package summary shows the summary of a day (store.Summary) to people: as a page of HTML and
// as a PDF, in the language of the company. Both are drawn from the same tables (Tables), so
// that they say the same.
//
// A page has no script, loads nothing, and everything in it is escaped; its style has a hash
// that the server's policy for content names (Policy). A PDF has the letters that it needs
// embedded, from a TrueType font that is given: none of Latin letters alone would do. What a
// caller has said is text: nothing of it is evaluated, and in a PDF it is drawn glyph by glyph.
// Masking is done before: what a summary says is shown.
//
// The package keeps nothing and does no I/O; its functions may be called from any goroutine.
// They fail where the writer does, or where the font cannot be read.
package summary
