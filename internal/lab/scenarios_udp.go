package lab

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	portEcho    = 7
	portDiscard = 9
	portDNS     = 53
)

var udpScenarios = []Scenario{
	{
		Name: "udp-answered", Port: portEcho,
		Title: [2]string{"A letter to a port, and its echo.", "Una carta a un puerto, y su eco."},
		Look:  [2]string{"No call, no farewell, no states: the answer is the program's own courtesy.", "Sin llamada, sin despedida, sin estados: la respuesta es cortesía del programa."},
		run: func(s *stage) error {
			return s.ask(portEcho, []byte("hello\n"), func(q []byte) []byte { return q })
		},
	},
	{
		Name: "udp-refused", Port: portDiscard,
		Title: [2]string{"A letter to a port where no program is.", "Una carta a un puerto donde no hay ningún programa."},
		Look:  [2]string{"UDP has no way to say no: the answer comes by ICMP.", "UDP no sabe decir que no: la respuesta llega por ICMP."},
		run: func(s *stage) error {
			c, err := s.hosts[Client].dialUDP(callerPort, s.at(portDiscard))
			if err != nil {
				return err
			}
			defer c.Close()
			if err := say(c, "anybody there?\n"); err != nil {
				return err
			}
			_ = c.SetReadDeadline(time.Now().Add(time.Second))
			if _, err := c.Read(make([]byte, 16)); err == nil {
				return errors.New("client: somebody answered")
			}
			return nil
		},
	},
	{
		Name: "dns", Port: portDNS,
		Title: [2]string{"A name is looked up: www.example.test.", "Se consulta un nombre: www.example.test."},
		Look:  [2]string{"One question, one answer, two packets: why a connection for that?", "Una pregunta, una respuesta, dos paquetes: ¿para qué una conexión?"},
		run: func(s *stage) error {
			name := dnsmessage.MustNewName("www.example.test.")
			q := dnsmessage.Message{Header: dnsmessage.Header{ID: 0x1a2b, RecursionDesired: true},
				Questions: []dnsmessage.Question{{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}}}
			b, err := q.Pack()
			if err != nil {
				return err
			}
			a := q
			a.Response, a.RecursionAvailable = true, true
			a.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET, TTL: 300},
				Body: &dnsmessage.AResource{A: [4]byte{203, 0, 113, 80}}}}
			r, err := a.Pack()
			if err != nil {
				return err
			}
			return s.ask(portDNS, b, func([]byte) []byte { return r })
		},
	},
}

// ask sends one datagram and waits for the answer.
func (s *stage) ask(port uint16, question []byte, answer func([]byte) []byte) error {
	l, err := s.hosts[Server].listenUDP(port)
	if err != nil {
		return err
	}
	defer l.Close()
	_ = l.SetDeadline(time.Now().Add(patience))
	go func() {
		b := make([]byte, 1500)
		if n, from, err := l.ReadFrom(b); err == nil {
			_, _ = l.WriteTo(answer(b[:n]), from)
		}
	}()
	c, err := s.hosts[Client].dialUDP(callerPort, s.at(port))
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := c.Write(question); err != nil {
		return fmt.Errorf("client: %w", err)
	}
	if _, err := c.Read(make([]byte, 1500)); err != nil {
		return fmt.Errorf("client: %w", err)
	}
	return nil
}
