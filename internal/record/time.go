package record

// AppendTime appends ns since 1970 as RFC 3339 with nanoseconds, UTC. It is
// much faster than package time and does not allocate.
func AppendTime(b []byte, ns int64) []byte {
	sec := ns / 1e9
	frac := ns % 1e9
	if frac < 0 {
		frac += 1e9
		sec--
	}
	days := sec / 86400
	rest := sec % 86400
	if rest < 0 {
		rest += 86400
		days--
	}
	y, m, d := civil(days)
	b = digits(b, uint64(y), 4)
	b = append(b, '-')
	b = digits(b, uint64(m), 2)
	b = append(b, '-')
	b = digits(b, uint64(d), 2)
	b = append(b, 'T')
	b = digits(b, uint64(rest/3600), 2)
	b = append(b, ':')
	b = digits(b, uint64(rest/60%60), 2)
	b = append(b, ':')
	b = digits(b, uint64(rest%60), 2)
	b = append(b, '.')
	b = digits(b, uint64(frac), 9)
	return append(b, 'Z')
}

// civil turns days since 1970-01-01 into a date of the Gregorian calendar.
func civil(z int64) (y, m, d int64) {
	z += 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	y = yoe + era*400
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	if m = mp + 3; m > 12 {
		m -= 12
	}
	if m <= 2 {
		y++
	}
	return y, m, d
}

func digits(b []byte, v uint64, n int) []byte {
	var t [20]byte
	for i := n - 1; i >= 0; i-- {
		t[i] = byte('0' + v%10)
		v /= 10
	}
	return append(b, t[:n]...)
}
