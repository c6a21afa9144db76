package ndjson

// AppendText appends s as a JSON string that is valid UTF-8 and holds no
// character that steers a terminal or ends a line.
func AppendText(b []byte, s string) []byte { return appendString(b, s) }
