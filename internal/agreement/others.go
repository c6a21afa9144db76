package main

import (
	"path/filepath"
	"strings"
)

// zeek compares the compatibility columns with Zeek's own baselines.
func zeek(root string) (state, history *score, files int, err error) {
	state, history = &score{name: "conn_state (Zeek)"}, &score{name: "history (Zeek)"}
	maps, err := rows(filepath.Join(root, "oracle/zeek/MAPPING.tsv"))
	if err != nil {
		return nil, nil, 0, err
	}
	for _, m := range maps {
		rs, err := rows(filepath.Join(root, "oracle/zeek", m["oracle"]))
		if err != nil {
			continue
		}
		ans := analyse(filepath.Join(root, "files", m["capture"]), strings.Contains(m["checksums"], "ignored"))
		if ans.failed != nil {
			continue
		}
		files++
		by := map[key][]row{}
		for _, r := range rs {
			if k, ok := makeKey(r["proto"], r["id.orig_h"], r["id.orig_p"], r["id.resp_h"], r["id.resp_p"]); ok && (k.proto == "tcp" || k.proto == "udp") {
				by[k] = append(by[k], r)
			}
		}
		for k, v := range by {
			if len(v) != 1 {
				continue
			}
			o, g := v[0], ans.recs[k]
			if len(g) != 1 {
				w := countWhy(m["capture"], k, row{}, ans)
				if len(g) == 0 && w != "" {
					continue // the outer datagrams of a tunnel, which Zeek logs as well
				}
				state.add(false, m["capture"], k, w, "Zeek 1 row, portero %d records", len(g))
				continue
			}
			for _, f := range []struct {
				s     *score
				name  string
				value string
			}{{state, "conn_state", g[0].ConnState}, {history, "history", g[0].History}} {
				want := o[f.name]
				if want == "?" || want == "" {
					continue
				}
				if want == "-" {
					want = ""
				}
				if f.name == "history" && strings.Contains(want, "X") ||
					m["likely_ports_loaded"] == "no" && (strings.Contains(o["history"], "^") || strings.Contains(g[0].History, "^")) {
					continue
				}
				f.s.add(want == f.value, m["capture"], k, zeekWhy(m["capture"], k, ans, want, f.value), "%s: Zeek %s, portero %s (frames %d to %d)", f.name, want, f.value, g[0].FirstFrame, g[0].LastFrame)
			}
		}
	}
	return state, history, files, nil
}

// arkime compares Community IDs.
func arkime(root string) (*score, error) {
	s := &score{name: "Community ID (Arkime)"}
	maps, err := rows(filepath.Join(root, "oracle/arkime/MAPPING.tsv"))
	if err != nil {
		return nil, err
	}
	for _, m := range maps {
		rs, err := rows(filepath.Join(root, "oracle/arkime", m["oracle"]))
		if err != nil {
			continue
		}
		recs := analyse(filepath.Join(root, "files", m["capture"]), false).recs
		for _, r := range rs {
			proto := map[string]string{"6": "tcp", "17": "udp", "132": "sctp"}[r["ip_proto"]]
			k, ok := makeKey(proto, r["src_ip"], r["src_port"], r["dst_ip"], r["dst_port"])
			if !ok || proto == "" || r["community_id"] == "" || len(recs[k]) == 0 {
				continue
			}
			s.add(recs[k][0].community == r["community_id"], m["capture"], k, "", "Arkime %s, portero %s", r["community_id"], recs[k][0].community)
		}
	}
	return s, nil
}
