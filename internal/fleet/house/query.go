package house

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Param is what a question wants to know first.
type Param struct {
	Name, Type, Default string
	About               [2]string // English, Spanish
	read                func(string) (string, error)
}

// Query is a saved question.
type Query struct {
	Name   string
	About  [2]string // English, Spanish
	Params []Param
	SQL    string
}

var (
	since = Param{"from", "DateTime64(9, 'UTC')", "1970-01-02 00:00:00", [2]string{"not before this time (UTC)", "no antes de esta hora (UTC)"}, moment}
	until = Param{"to", "DateTime64(9, 'UTC')", "2260-01-01 00:00:00", [2]string{"before this time (UTC)", "antes de esta hora (UTC)"}, moment}
	limit = Param{"limit", "UInt32", "50", [2]string{"rows at most", "filas como mucho"}, number(32)}
	host  = Param{"host", "String", "", [2]string{"an address", "una dirección"}, address}
	port  = Param{"port", "UInt16", "", [2]string{"a port", "un puerto"}, number(16)}
	cid   = Param{"cid", "String", "", [2]string{"a Community ID, 1:...", "un Community ID, 1:..."}, community}
)

const within = "first >= {from:DateTime64(9, 'UTC')} AND first < {to:DateTime64(9, 'UTC')}"

const opened = "(handshake IN ('completed', 'completed_unseen', 'implied') OR exchange = 'answered')"

// called is the service as people are shown it everywhere: with a question mark where the port alone speaks for it.
const called = "if(f.service_by = 'port', concat(f.service, '?'), f.service)"

// usual is what a door is called: what was spoken there at last, rather than what its port is for, rather than nothing.
const usual = "argMax(" + called + ", (multiIf(f.service = '', 0, f.service_by = 'port', 1, 2), f.last, f.id)) AS service"

// unfinished are calls that were answered, and into which nobody came.
const unfinished = "(handshake = 'half_open' OR handshake = 'aborted' AND synack_frame IS NOT NULL)"

// Queries are the saved questions. flows is the view in which every connection is
// one row.
func Queries() []Query {
	return []Query{
		{"talked-to", [2]string{"who talked to a host, and who turned whom away", "quién habló con un equipo, y quién rechazó a quién"}, []Param{host, since, until, limit}, `
SELECT if(orig_addr = {host:String}, resp_addr, orig_addr) AS peer, if(orig_addr = {host:String}, 'to', 'from') AS direction,
  count() AS connections, countIf(` + opened + `) AS opened, countIf(handshake = 'refused' OR exchange = 'refused') AS refused,
  sum(ifNull(orig_wire_bytes, 0) + ifNull(resp_wire_bytes, 0)) AS bytes, min(first) AS earliest, max(last) AS latest,
  arraySlice(arraySort(groupUniqArrayIf(` + called + `, f.service != '')), 1, 9) AS services
FROM flows AS f WHERE (orig_addr = {host:String} OR resp_addr = {host:String}) AND ` + within + `
GROUP BY peer, direction ORDER BY connections DESC, peer, direction LIMIT {limit:UInt32}`},
		{"doors", [2]string{"a host's doors, day by day: open, refused, filtered, silent, answered in vain", "las puertas de un equipo, día a día: abiertas, rechazadas, filtradas, mudas, contestadas en vano"}, []Param{host, since, until, limit}, `
SELECT toDate(first) AS day, proto, resp_port AS port, ` + usual + `, countIf(` + opened + `) AS opened,
  countIf(handshake = 'refused' OR exchange = 'refused') AS refused, countIf(handshake = 'filtered' OR exchange = 'filtered') AS filtered,
  countIf(handshake = 'no_answer' OR exchange = 'unanswered') AS silent, countIf(` + unfinished + `) AS unfinished, uniqExact(orig_addr) AS visitors
FROM flows AS f WHERE resp_addr = {host:String} AND resp_port IS NOT NULL AND ` + within + `
GROUP BY day, proto, port ORDER BY day, proto, port LIMIT {limit:UInt32}`},
		{"new-listeners", [2]string{"doors that opened for the first time in the last days before a time", "puertas que se abrieron por primera vez en los últimos días antes de una hora"},
			[]Param{{"days", "UInt32", "7", [2]string{"how many days count as new", "cuántos días cuentan como nuevo"}, number(32)}, until, limit}, `
SELECT site, resp_addr AS host, proto, resp_port AS port, min(first) AS since, ` + usual + `, count() AS connections, uniqExact(orig_addr) AS visitors
FROM flows AS f WHERE ` + opened + ` AND resp_port IS NOT NULL AND first < {to:DateTime64(9, 'UTC')}
GROUP BY site, host, proto, port
HAVING since >= (SELECT least(max(first), {to:DateTime64(9, 'UTC')}) FROM flows WHERE first < {to:DateTime64(9, 'UTC')}) - toIntervalDay({days:UInt32})
ORDER BY since, host, port LIMIT {limit:UInt32}`},
		{"half-open", [2]string{"handshakes left half open, by source", "acuerdos dejados a medias, por origen"}, []Param{since, until, limit}, `
SELECT site, orig_addr AS source, count() AS half_open, uniqExact(resp_addr) AS hosts, uniqExact(resp_port) AS ports, min(first) AS earliest, max(first) AS latest
FROM flows WHERE handshake = 'half_open' AND ` + within + `
GROUP BY site, source ORDER BY half_open DESC, source LIMIT {limit:UInt32}`},
		{"top-services", [2]string{"services by octets", "servicios por octetos"}, []Param{since, until, limit}, `
SELECT ` + called + ` AS service, proto, count() AS connections, uniqExact(resp_addr) AS hosts, sum(ifNull(orig_wire_bytes, 0) + ifNull(resp_wire_bytes, 0)) AS bytes, round(avg(server_rtt_us) / 1000, 3) AS rtt_ms
FROM flows AS f WHERE f.service != '' AND ` + within + `
GROUP BY service, proto ORDER BY bytes DESC, service LIMIT {limit:UInt32}`},
		{"diary", [2]string{"the diary of one door: who knocked, and what happened", "el diario de una puerta: quién llamó y qué pasó"}, []Param{host, port, since, until, limit}, `
SELECT first, site, sensor, id, orig_addr AS visitor, proto, if(proto = 'tcp', handshake, exchange) AS opening, close, closed_by, duration_us, orig_payload AS sent, resp_payload AS received, server_rtt_us, community_id
FROM flows WHERE resp_addr = {host:String} AND resp_port = {port:UInt16} AND ` + within + `
ORDER BY first, site, sensor, id LIMIT {limit:UInt32}`},
		{"connection", [2]string{"one connection at every sensor that saw it, and the other leg of a NAT or proxy beside it", "una conexión en cada sensor que la vio, y al lado el otro tramo de un NAT o proxy"}, []Param{cid, limit}, `
WITH legs AS (SELECT * FROM flows WHERE community_id = {cid:String})
SELECT * FROM (SELECT 'this' AS leg, community_id, first, site, sensor, id, orig_addr, orig_port, resp_addr, resp_port, proto, handshake, close, orig_payload, resp_payload, server_rtt_us, file, syn_frame FROM legs
UNION ALL
SELECT DISTINCT 'other' AS leg, f.community_id, f.first, f.site, f.sensor, f.id, f.orig_addr, f.orig_port, f.resp_addr, f.resp_port, f.proto, f.handshake, f.close, f.orig_payload, f.resp_payload, f.server_rtt_us, f.file, f.syn_frame
FROM flows AS f INNER JOIN legs AS l ON f.proto = l.proto AND f.orig_payload = l.orig_payload AND f.resp_payload = l.resp_payload
WHERE f.community_id != l.community_id AND abs(dateDiff('millisecond', f.first, l.first)) < 1000 AND ifNull(l.orig_payload, 0) + ifNull(l.resp_payload, 0) > 0
  AND (f.resp_addr = l.resp_addr AND f.resp_port = l.resp_port OR f.orig_addr = l.orig_addr AND f.orig_port = l.orig_port OR f.orig_addr = l.resp_addr OR f.resp_addr = l.orig_addr))
ORDER BY leg DESC, first, site, sensor, id LIMIT {limit:UInt32}`},
	}
}

// Find is the question called name.
func Find(name string) (Query, error) {
	qs := Queries()
	i := slices.IndexFunc(qs, func(q Query) bool { return q.Name == name })
	if i < 0 {
		var names []string
		for _, q := range qs {
			names = append(names, q.Name)
		}
		return Query{}, fmt.Errorf("there is no question %q: %s", name, strings.Join(names, ", "))
	}
	return qs[i], nil
}

// formats are those of the answers, by our words.
var formats = map[string]string{"table": "PrettyCompactMonoBlock", "ndjson": "JSONEachRow", "json": "JSON", "csv": "CSVWithNames", "tsv": "TSVWithNames"}

// Formats are the words for the forms of an answer.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

// Ask puts a question and copies the answer to w. args are its parameters by name;
// those that have a default may be left out. What is wrong in them is told before the
// store is asked.
func (h *House) Ask(ctx context.Context, w io.Writer, q Query, args map[string]string, format string) error {
	f, ok := formats[format]
	if !ok {
		return fmt.Errorf("--format: %q is none of %s", format, strings.Join(Formats(), ", "))
	}
	given, err := q.Given(args)
	if err != nil {
		return err
	}
	params := map[string]string{}
	for k, v := range given {
		params["param_"+k] = v
	}
	if format == "table" {
		params["output_format_pretty_color"] = "0"
	}
	r, err := h.do(ctx, q.SQL+"\nFORMAT "+f, params, nil)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(w, r)
	return err
}
