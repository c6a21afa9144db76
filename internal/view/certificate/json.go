package certificate

import (
	"bytes"
	"encoding/json"
	"io"

	"portero/internal/record"
	"portero/internal/trace"
	"portero/internal/view/safe"
)

type jsonRow struct {
	Frame   record.FrameRef `json:"frame,omitempty"`
	RelNS   *int64          `json:"rel_ns,omitempty"`
	Sender  string          `json:"sender"`
	Says    string          `json:"says"`
	Seq     *uint32         `json:"seq,omitempty"`
	Ack     *uint32         `json:"ack,omitempty"`
	Payload uint32          `json:"payload,omitempty"`
	Missing bool            `json:"not_in_capture,omitempty"`
}

type jsonEquation struct {
	ID        string          `json:"id"`
	Words     string          `json:"words"`
	Frame     record.FrameRef `json:"frame,omitempty"`
	BaseFrame record.FrameRef `json:"base_frame,omitempty"`
	Number    *uint32         `json:"number,omitempty"`
	Base      *uint32         `json:"base,omitempty"`
	Lo        uint32          `json:"plus_at_least"`
	Hi        uint32          `json:"plus_at_most"`
	Holds     *bool           `json:"holds,omitempty"` // absent: a side of it is not in the capture
}

type jsonState struct {
	Frame   record.FrameRef `json:"frame"`
	RelNS   int64           `json:"rel_ns"`
	Sender  trace.End       `json:"sender"`
	Flags   string          `json:"flags,omitempty"`
	Orig    trace.Standing  `json:"orig"`
	Resp    trace.Standing  `json:"resp"`
	Moves   []trace.Move    `json:"moves,omitempty"`
	Remarks []trace.Remark  `json:"remarks,omitempty"`
}

type jsonCertificate struct {
	Schema       int               `json:"schema"`
	ID           uint64            `json:"id"`
	Orig         string            `json:"orig"`
	Resp         string            `json:"resp"`
	Handshake    string            `json:"handshake"`
	Kind         string            `json:"handshake_kind,omitempty"`
	Exchange     string            `json:"exchange,omitempty"`
	Close        string            `json:"close,omitempty"`
	Missing      []string          `json:"missing,omitempty"`
	Packets      []jsonRow         `json:"packets"`
	PacketsLeft  int               `json:"packets_left_out,omitempty"`
	Equations    []jsonEquation    `json:"equations,omitempty"`
	Start        *[2]string        `json:"states_before,omitempty"`
	States       []jsonState       `json:"states,omitempty"`
	Evidence     map[string]any    `json:"evidence"`
	Notes        map[string]string `json:"notes"`
	ConnState    string            `json:"conn_state,omitempty"`
	History      string            `json:"history,omitempty"`
	Completeness *int16            `json:"completeness,omitempty"`
	File         string            `json:"file,omitempty"`
	Places       []Place           `json:"places,omitempty"` // frames are counted through all inputs
	Display      string            `json:"wireshark_filter,omitempty"`
	Frames       string            `json:"wireshark_frames,omitempty"`
}

// WriteJSON writes the certificate as one json object. Sentences are in lang;
// keys, states and ids are the same in every language.
func (c *Certificate) WriteJSON(w io.Writer, lang string) error {
	r := c.rec
	j := jsonCertificate{Schema: record.SchemaVersion, ID: r.ID, Orig: endpoint(c.tr.Ends[0], c.tr.Ports), Resp: endpoint(c.tr.Ends[1], c.tr.Ports),
		Handshake: r.Handshake.String(), Kind: r.Kind.String(), Exchange: r.Exchange.String(), Missing: r.Missing.List(),
		PacketsLeft: c.Left, ConnState: r.ConnState, History: r.History, File: c.File, Places: c.Places, Display: c.Display, Frames: c.Frames,
		Evidence: map[string]any{}, Notes: map[string]string{}}
	if r.TCP() {
		j.Close = r.Close.String()
		if r.Completeness >= 0 {
			j.Completeness = &r.Completeness
		}
	}
	for _, row := range c.Opening {
		x := jsonRow{Frame: row.Frame, Sender: row.From.String(), Says: row.Says.In(lang), Payload: row.Octets, Missing: row.Frame == 0}
		if row.Frame != 0 {
			rel := row.Rel
			x.RelNS = &rel
		}
		if row.HasSeq {
			n := uint32(row.Seq)
			x.Seq = &n
		}
		if row.HasAck {
			n := uint32(row.Ack)
			x.Ack = &n
		}
		j.Packets = append(j.Packets, x)
	}
	for i := range c.Equations {
		e := &c.Equations[i]
		words, _ := Equation(e)
		x := jsonEquation{ID: e.ID.String(), Words: words.In(lang), Frame: e.Frame, BaseFrame: e.BaseFrame, Lo: e.Lo, Hi: e.Hi}
		if e.HasNumber {
			n := uint32(e.Number)
			x.Number = &n
		}
		if e.HasBase {
			n := uint32(e.Base)
			x.Base = &n
		}
		if e.Known() {
			x.Holds = &e.Holds
		}
		j.Equations = append(j.Equations, x)
	}
	if c.tr.TCP {
		j.Start = &[2]string{c.tr.Start[0].State.String(), c.tr.Start[1].State.String()}
		for i := range c.tr.Steps {
			s := &c.tr.Steps[i]
			x := jsonState{Frame: s.Frame, RelNS: s.Rel, Sender: s.From, Orig: s.After[0], Resp: s.After[1], Moves: s.Moves, Remarks: s.Remarks}
			if s.HasSeq {
				x.Flags = s.FlagWords()
			}
			j.States = append(j.States, x)
		}
	}
	for k, f := range map[string]record.FrameRef{"syn_frame": r.SYNFrame, "synack_frame": r.SYNACKFrame, "ack_frame": r.ACKFrame,
		"confirmed_frame": r.ConfirmedFrame, "rst_frame": r.RSTFrame, "reply_frame": r.ReplyFrame, "roles_frame": r.RolesFrame, "icmp_frame": r.ICMPFrame} {
		if f != 0 {
			j.Evidence[k] = f
		}
	}
	if len(r.CloseFrames) > 0 {
		j.Evidence["close_frames"] = r.CloseFrames
	}
	for _, it := range c.Items {
		j.Notes[noteKey(it.Label.EN)] = it.Text.In(lang)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(j); err != nil {
		return err
	}
	_, err := w.Write(safe.JSON(b.Bytes()))
	return err
}

// noteKey is the label of an item as a json key.
func noteKey(label string) string {
	switch label {
	case "missing?":
		return "missing"
	case "also seen":
		return "context"
	}
	return label
}
