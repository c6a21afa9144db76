package identify

import "bytes"

// What FTP says of its data connections, which no other protocol says.

// ftpPassive reports whether b says where data is to be fetched (RFC 959, RFC 2428).
func ftpPassive(b []byte) bool {
	line := firstLine(b)
	i := bytes.IndexByte(line, '(')
	return i > 0 && (has(line, "227 ") && ftpAddress(line[i+1:]) || has(line, "229 ") && begins(line[i:], "(|||"))
}

// ftpActive reports whether b asks for data to be sent to an address.
func ftpActive(b []byte) bool {
	line := firstLine(b)
	return has(line, "PORT ") && ftpAddress(line[5:]) || has(line, "EPRT |1|") || has(line, "EPRT |2|")
}

// ftpAddress reports whether b begins with the six numbers of an address and a port.
func ftpAddress(b []byte) bool {
	commas, digits := 0, 0
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9' && digits < 3:
			digits++
		case c == ',' && digits > 0 && commas < 5:
			commas, digits = commas+1, 0
		default:
			return commas == 5 && digits > 0
		}
	}
	return commas == 5 && digits > 0
}
