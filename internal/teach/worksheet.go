package teach

import (
	"fmt"
	"html"
	"io"
	"slices"
	"strconv"
	"strings"
)

// blanks lists every blank of the sheet in order.
func (s *Sheet) blanks() []*Blank {
	var all []*Blank
	for i := range s.Tables {
		t := &s.Tables[i]
		for _, r := range t.Rows {
			for _, c := range r {
				if c.Blank != nil {
					all = append(all, c.Blank)
				}
			}
		}
		all = append(all, t.Verdict)
		if t.Reason != nil {
			all = append(all, t.Reason)
		}
	}
	return all
}

// reason is why the answer is right, and what else is.
func (x *Blank) reason() string {
	if x.Note == "" {
		return x.Why
	}
	return x.Why + "; " + x.Note
}

func (s *Sheet) verdictQuestion() string {
	if s.udp {
		return s.Lang.t("What came of it?", "¿En qué quedó?")
	}
	return s.Lang.t("How did the opening go?", "¿Cómo fue la apertura?")
}

func (s *Sheet) reasonQuestion() string {
	if s.udp {
		return s.Lang.t("Why? Name the packets that show it, and say what they do not show.", "¿Por qué? Hay que nombrar los paquetes que lo muestran y decir qué no muestran.")
	}
	return s.Lang.t("Why? Name the packets and the numbers that prove it.", "¿Por qué? Hay que nombrar los paquetes y los números que lo prueban.")
}

// WriteMarkdown writes the student's sheet.
func (s *Sheet) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	l := s.Lang
	b.WriteString("# " + s.Title + "\n\n" + l.t("Name: ______________________   Date: ____________   Points: ____ of ", "Nombre: ______________________   Fecha: ____________   Puntos: ____ de ") + strconv.Itoa(s.Total) + "\n\n")
	for _, p := range s.Intro {
		b.WriteString(p + "\n")
	}
	if len(s.Bank) > 0 {
		b.WriteString("\n" + s.bankName() + strings.Join(s.Bank, ", ") + "\n")
	}
	for i := range s.Tables {
		t := &s.Tables[i]
		fmt.Fprintf(&b, "\n## %d. %s\n\n", i+1, t.Title)
		b.WriteString("| " + strings.Join(t.Head, " | ") + " |\n|" + strings.Repeat("---|", len(t.Head)) + "\n")
		for _, r := range t.Rows {
			b.WriteString("|")
			for _, c := range r {
				if c.Blank != nil {
					fmt.Fprintf(&b, " (%d) ______ |", c.Blank.N)
				} else {
					b.WriteString(" " + c.Text + " |")
				}
			}
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "\n(%d) %s\n\n", t.Verdict.N, s.verdictQuestion())
		for _, c := range t.Choices {
			b.WriteString("- [ ] " + c + "\n")
		}
		if t.Reason != nil {
			fmt.Fprintf(&b, "\n(%d) %s\n\n____________________________________________________________\n\n____________________________________________________________\n", t.Reason.N, s.reasonQuestion())
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *Sheet) bankName() string {
	if s.udp {
		return s.Lang.t("Ways: ", "Sentidos: ")
	}
	return s.Lang.t("States: ", "Estados: ")
}

// rubric are the lines of the grading scheme.
func (s *Sheet) rubric() [][3]string {
	l := s.Lang
	sum := map[string]int{}
	for _, x := range s.blanks() {
		sum[x.Kind] += x.Points
	}
	var out [][3]string
	add := func(what, full, half string, kinds ...string) {
		n := 0
		for _, k := range kinds {
			n += sum[k]
		}
		if n > 0 {
			out = append(out, [3]string{what + " (" + strconv.Itoa(n) + ")", full, half})
		}
	}
	add(l.t("flags", "indicadores"), l.t("1 each: SYN, ACK, FIN and RST, all that belong and none that does not; the others may be left out", "1 cada uno: SYN, ACK, FIN y RST, todos los debidos y ninguno de más; los otros se pueden omitir"), l.t("no half points", "sin medios puntos"), "flags")
	add(l.t("seq and ack", "seq y ack"), l.t("1 each: the exact number", "1 cada uno: el número exacto"), l.t("half when off by one (SYN or FIN not counted)", "medio si falla en uno (SYN o FIN sin contar)"), "seq", "ack")
	add(l.t("states", "estados"), l.t("1 each: the RFC 9293 name", "1 cada uno: el nombre de RFC 9293"), l.t("half when it is the state before", "medio si es el estado anterior"), "state")
	add(l.t("ends", "extremos"), l.t("1 each: address and port, or the port alone", "1 cada uno: dirección y puerto, o solo el puerto"), l.t("half for the right address with the other port", "medio por la dirección debida con el otro puerto"), "end")
	add(l.t("ways", "sentidos"), l.t("1 each", "1 cada uno"), l.t("no half points", "sin medios puntos"), "way")
	add(l.t("verdict", "veredicto"), l.t("2 each", "2 cada uno"), l.t("no half points", "sin medios puntos"), "verdict")
	if s.udp {
		add(l.t("reason", "razón"), l.t("3: packets named, and what their absence does not prove", "3: nombra paquetes, y qué no prueba su falta"), l.t("1 for packets alone; 0 for \"it was never sent\": no capture can show that", "1 por los paquetes solos; 0 por «nunca se envió»: ninguna captura lo muestra"), "why")
		return out
	}
	add(l.t("reason", "razón"), l.t("3: packets and numbers named, and they prove it", "3: nombra paquetes y números, y lo prueban"), l.t("1 for packets without numbers; 0 for \"it was never sent\": no capture can show that", "1 por paquetes sin números; 0 por «nunca se envió»: ninguna captura lo muestra"), "why")
	return out
}

// WriteKeyMarkdown writes the answers and the rubric, for the teacher only.
func (s *Sheet) WriteKeyMarkdown(w io.Writer) error {
	var b strings.Builder
	l := s.Lang
	b.WriteString("# " + l.t("Answers: ", "Respuestas: ") + s.Title + "\n\n| n | " + l.t("answer", "respuesta") + " | " + l.t("why", "por qué") + " | " + l.t("points", "puntos") + " |\n|---|---|---|---|\n")
	for _, x := range s.blanks() {
		fmt.Fprintf(&b, "| (%d) | %s | %s | %d |\n", x.N, x.Answer, x.reason(), x.Points)
	}
	fmt.Fprintf(&b, "\n%s %d\n\n## %s\n\n| %s | %s | %s |\n|---|---|---|\n", l.t("Total:", "Total:"), s.Total, l.t("Rubric", "Rúbrica"),
		l.t("criterion (points)", "criterio (puntos)"), l.t("full", "completo"), l.t("partly", "en parte"))
	for _, r := range s.rubric() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r[0], r[1], r[2])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// sheetStyle breaks no word of a table: on a screen that is too narrow a table scrolls, and on paper, where nothing
// does, its letters are so small that nine columns fit, with room to write by hand in what is to be filled in.
const sheetStyle = `body{font:15px/1.4 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em}` +
	`table{border-collapse:collapse;width:100%;margin:.6em 0;break-inside:avoid}th,td{border:1px solid #888;padding:.25em .4em;text-align:left;overflow-wrap:break-word;font-variant-numeric:tabular-nums}` +
	`.blank{display:inline-block;min-width:4.5em;border-bottom:1px solid #444}.choice{display:inline-block;margin-right:1.2em}@media screen and (max-width:60em){table{font-size:.75em}th,td{padding:.15em .2em}td .blank{min-width:1.5em}}.lines{border-bottom:1px solid #444;height:2em}.wide{overflow-x:auto}` +
	`@media print{body{margin:0;padding:0 1px;font-size:11pt}section{break-inside:avoid}h2{break-after:avoid}.wide{overflow:visible}table{font-size:8.5pt}th,td{padding:.25em .3em}td .blank{display:block;min-width:4.8em;height:1.5em}}`

func (s *Sheet) page(w io.Writer, title, body string) error {
	_, err := io.WriteString(w, `<!DOCTYPE html>
<html lang="`+s.Lang.String()+`"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<title>`+html.EscapeString(title)+`</title><style>`+sheetStyle+`</style></head><body>
`+body+"</body></html>\n")
	return err
}

// WriteHTML writes the student's sheet as one printable page.
func (s *Sheet) WriteHTML(w io.Writer) error {
	var b strings.Builder
	esc := html.EscapeString
	l := s.Lang
	b.WriteString("<h1>" + esc(s.Title) + "</h1>\n<p>" + l.t("Name", "Nombre") + ` <span class="blank" style="min-width:16em"></span> ` + l.t("Date", "Fecha") + ` <span class="blank"></span> ` +
		l.t("Points", "Puntos") + ` <span class="blank" style="min-width:3em"></span> / ` + strconv.Itoa(s.Total) + "</p>\n")
	for _, p := range s.Intro {
		b.WriteString("<p>" + esc(p) + "</p>\n")
	}
	if len(s.Bank) > 0 {
		b.WriteString("<p>" + s.bankName() + esc(strings.Join(s.Bank, ", ")) + "</p>\n")
	}
	for i := range s.Tables {
		t := &s.Tables[i]
		fmt.Fprintf(&b, "<section><h2>%d. %s</h2>\n<div class=\"wide\"><table><thead><tr>", i+1, esc(t.Title))
		for _, h := range t.Head {
			b.WriteString(`<th scope="col">` + esc(h) + "</th>")
		}
		b.WriteString("</tr></thead><tbody>\n")
		for _, r := range t.Rows {
			b.WriteString("<tr>")
			for _, c := range r {
				if c.Blank != nil {
					fmt.Fprintf(&b, `<td>(%d) <span class="blank"></span></td>`, c.Blank.N)
				} else {
					b.WriteString("<td>" + esc(c.Text) + "</td>")
				}
			}
			b.WriteString("</tr>\n")
		}
		fmt.Fprintf(&b, "</tbody></table></div>\n<p>(%d) %s</p><p>", t.Verdict.N, esc(s.verdictQuestion()))
		for _, c := range t.Choices {
			b.WriteString(`<span class="choice">&#9744; ` + esc(c) + "</span> ")
		}
		b.WriteString("</p>\n")
		if t.Reason != nil {
			fmt.Fprintf(&b, "<p>(%d) %s</p><div class=\"lines\"></div><div class=\"lines\"></div>\n", t.Reason.N, esc(s.reasonQuestion()))
		}
		b.WriteString("</section>\n")
	}
	return s.page(w, s.Title, b.String())
}

// WriteKeyHTML writes the answers and the rubric as one printable page.
func (s *Sheet) WriteKeyHTML(w io.Writer) error {
	var b strings.Builder
	esc := html.EscapeString
	l := s.Lang
	title := l.t("Answers: ", "Respuestas: ") + s.Title
	b.WriteString("<h1>" + esc(title) + "</h1>\n<div class=\"wide\"><table><thead><tr><th scope=\"col\">n</th><th scope=\"col\">" + l.t("answer", "respuesta") + "</th><th scope=\"col\">" + l.t("why", "por qué") + "</th><th scope=\"col\">" + l.t("points", "puntos") + "</th></tr></thead><tbody>\n")
	for _, x := range s.blanks() {
		fmt.Fprintf(&b, "<tr><td>(%d)</td><td>%s</td><td>%s</td><td>%d</td></tr>\n", x.N, esc(x.Answer), esc(x.reason()), x.Points)
	}
	fmt.Fprintf(&b, "</tbody></table></div>\n<p>Total: %d</p>\n<h2>%s</h2>\n<div class=\"wide\"><table><tbody>\n", s.Total, l.t("Rubric", "Rúbrica"))
	for _, r := range s.rubric() {
		b.WriteString("<tr><th scope=\"row\">" + esc(r[0]) + "</th><td>" + esc(r[1]) + "</td><td>" + esc(r[2]) + "</td></tr>\n")
	}
	b.WriteString("</tbody></table></div>\n")
	return s.page(w, title, b.String())
}

// kind is what a blank asks for, in a word.
func (s *Sheet) kind(x *Blank) string {
	es := map[string]string{"flags": "indicadores", "state": "estado", "verdict": "veredicto", "why": "razón", "end": "extremo", "way": "sentido"}[x.Kind]
	if es == "" {
		es = x.Kind // seq and ack are the same in both languages
	}
	return s.Lang.t(x.Kind, es)
}

// gift escapes the characters that Moodle's GIFT format gives a meaning.
func gift(s string) string {
	return strings.NewReplacer(`\`, `\\`, "~", `\~`, "=", `\=`, "#", `\#`, "{", `\{`, "}", `\}`, ":", `\:`, "\n", `\n`).Replace(s)
}

// WriteGIFT writes the sheet's questions with their answers for Moodle's question
// bank (GIFT): numbers are numerical, words short answers, the verdict is
// multiple choice and the reason an essay. Each question shows its table with
// the blanks.
func (s *Sheet) WriteGIFT(w io.Writer) error {
	var b strings.Builder
	b.WriteString("// " + s.Title + "\n$CATEGORY: portero/" + s.Lang.String() + "/" + strconv.Itoa(int(s.opt.Level)) + "\n\n")
	for i := range s.Tables {
		t := &s.Tables[i]
		table := s.htmlTable(t)
		ask := func(x *Blank, question, answers string) {
			fmt.Fprintf(&b, "::%d.%d %s::[html]%s<p>%s</p>%s\n\n", i+1, x.N, gift(s.kind(x)), gift(table), gift(html.EscapeString(question)), answers)
		}
		for _, r := range t.Rows {
			for _, c := range r {
				x := c.Blank
				if x == nil {
					continue
				}
				q := s.Lang.f("What belongs at (%d)?", "¿Qué va en (%d)?", x.N)
				feedback := ""
				if why := x.reason(); why != "" {
					feedback = "#### " + gift(why)
				}
				if x.Kind == "seq" || x.Kind == "ack" {
					ask(x, q, "{#"+x.Answer+":0"+feedback+"}")
					continue
				}
				all := "=" + gift(x.Answer)
				said := []string{x.Answer}
				for _, a := range x.Also {
					if !slices.Contains(said, a) {
						said = append(said, a)
						all += " =" + gift(a)
					}
				}
				ask(x, q, "{"+all+feedback+"}")
			}
		}
		all := ""
		for _, c := range t.Choices {
			if c == t.Verdict.Answer {
				all += "=" + gift(c) + " "
			} else {
				all += "~" + gift(c) + " "
			}
		}
		ask(t.Verdict, s.verdictQuestion(), "{"+all+"#### "+gift(t.Verdict.Why)+"}")
		if t.Reason != nil {
			ask(t.Reason, s.reasonQuestion(), "{}")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *Sheet) htmlTable(t *Table) string {
	var b strings.Builder
	b.WriteString("<p>" + html.EscapeString(t.Title) + "</p>")
	if !s.udp {
		b.WriteString("<p>" + html.EscapeString(s.numbersNote()) + "</p>")
	}
	b.WriteString("<table><tr>")
	for _, h := range t.Head {
		b.WriteString("<th>" + html.EscapeString(h) + "</th>")
	}
	b.WriteString("</tr>")
	for _, r := range t.Rows {
		b.WriteString("<tr>")
		for _, c := range r {
			if c.Blank != nil {
				fmt.Fprintf(&b, "<td>(%d)</td>", c.Blank.N)
			} else {
				b.WriteString("<td>" + html.EscapeString(c.Text) + "</td>")
			}
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</table>")
	return b.String()
}
