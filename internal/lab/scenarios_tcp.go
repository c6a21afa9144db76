package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
)

const (
	portSSH    = 22
	portTelnet = 23
	portSMTP   = 25
	portHTTP   = 80
	portHTTPS  = 443
	portAlt    = 8080
)

// The initial sequence number of the made SYNs; any would do.
const madeISN = 0x2b0f1e5a

var tcpScenarios = []Scenario{
	{
		Name: "handshake", Port: portHTTP,
		Title: [2]string{"Two hosts open a connection, say nothing and close it.", "Dos equipos abren una conexión, no dicen nada y la cierran."},
		Look:  [2]string{"Three packets open it. When does each side say ESTABLISHED?", "Tres paquetes la abren. ¿Cuándo dice cada lado ESTABLISHED?"},
		run: func(s *stage) error {
			return s.talk(portHTTP, func(net.Conn) error { s.pause(40 * time.Millisecond); return nil }, hearEnd)
		},
	},
	{
		Name: "refused", Port: portAlt,
		Title: [2]string{"The client knocks at a port where no program listens.", "El cliente llama a un puerto donde no escucha ningún programa."},
		Look:  [2]string{"The server's kernel answers by itself: no program had a say.", "Contesta el núcleo del servidor por sí solo: ningún programa intervino."},
		run:   func(s *stage) error { return s.expectFailure(portAlt, 2*time.Second) },
	},
	{
		Name: "filtered", Port: portSSH,
		Title: [2]string{"A router on the way forbids the connection and says so by ICMP.", "Un enrutador (router) del camino prohíbe la conexión y lo dice por ICMP."},
		Look:  [2]string{"Who answers? Not the server: compare the addresses.", "¿Quién contesta? No es el servidor: compare las direcciones."},
		rule:  every(toPort(portSSH), Fate{Refuse: &ICMP{3, 13}}),
		run:   func(s *stage) error { return s.expectFailure(portSSH, 600*time.Millisecond) },
	},
	{
		Name: "silent", Port: portHTTPS, Points: true,
		Title: [2]string{"Something on the way throws the client's packets away and says nothing.", "Algo en el camino descarta los paquetes del cliente y no dice nada."},
		Look:  [2]string{"How long does the client wait before it asks again?", "¿Cuánto espera el cliente antes de volver a preguntar?"},
		rule:  every(toPort(portHTTPS), Fate{Lose: true, LoseAt: AtMiddle}),
		run:   func(s *stage) error { return s.expectFailure(portHTTPS, 2300*time.Millisecond) },
	},
	{
		Name: "half-open", Port: portHTTP,
		Title: [2]string{"Somebody calls under an address where nobody is. The server waits.", "Alguien llama con una dirección donde no hay nadie. El servidor espera."},
		Look:  [2]string{"The server answers and keeps a place free. A thousand of these are a SYN flood.", "El servidor contesta y guarda un sitio. Mil así son una inundación SYN (SYN flood)."},
		run: func(s *stage) error {
			end, err := s.serve(portHTTP, listenOptions{}, 0, hearEnd)
			if err != nil {
				return err
			}
			s.wire.send(Client, rawSYN(netip.AddrPortFrom(Nobody, callerPort), s.at(portHTTP), madeISN))
			s.pause(1250 * time.Millisecond)
			return end()
		},
	},
	{
		Name: "syn-scan", Port: portHTTP,
		Title: [2]string{"A port scanner sends SYNs and never connects.", "Un escáner de puertos envía SYN y nunca se conecta."},
		Look:  [2]string{"Open, closed and filtered ports answer in three different ways.", "Un puerto abierto, uno cerrado y uno filtrado responden de tres maneras."},
		rule:  every(toPort(portHTTPS), Fate{Lose: true, LoseAt: AtMiddle}),
		run: func(s *stage) error {
			end, err := s.serve(portHTTP, listenOptions{}, 0, hearEnd)
			if err != nil {
				return err
			}
			for i, port := range []uint16{portSSH, portHTTP, portHTTPS, portAlt} {
				s.wire.send(Client, rawSYN(netip.AddrPortFrom(ClientAddr, callerPort), s.at(port), madeISN+uint32(i)))
				s.pause(5 * time.Millisecond)
			}
			s.wire.settle(calm, time.Second)
			return end()
		},
	},
	{
		Name: "reset", Port: portAlt,
		Title: [2]string{"The server's program breaks off in the middle of the talk.", "El programa del servidor corta en mitad de la charla."},
		Look:  [2]string{"One packet ends it for both. Nobody says goodbye and nothing is confirmed.", "Un solo paquete la termina para los dos. Nadie se despide y nada se confirma."},
		run: func(s *stage) error {
			return s.talk(portAlt, func(c net.Conn) error {
				if err := say(c, "Are you there?\n"); err != nil {
					return err
				}
				if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
					return fmt.Errorf("the connection was not reset: %v", err)
				}
				return nil
			}, func(c net.Conn) error {
				if err := hear(c, "Are you there?\n"); err != nil {
					return err
				}
				s.pause(30 * time.Millisecond)
				return s.hosts[Server].abort(c)
			})
		},
	},
	{
		Name: "half-close", Port: portAlt,
		Title: [2]string{"The client has said all it wanted and goes on listening.", "El cliente ya dijo todo lo que quería y sigue escuchando."},
		Look:  [2]string{"Each direction ends by itself: FIN-WAIT-2 on one side, CLOSE-WAIT on the other.", "Cada sentido termina por su cuenta: FIN-WAIT-2 en un lado, CLOSE-WAIT en el otro."},
		run: func(s *stage) error {
			const ask, answer = "sort: b a c\n", "a b c\n"
			return s.talk(portAlt, func(c net.Conn) error {
				return inTurn(func() error { return say(c, ask) }, func() error { return closeWrite(c) }, func() error { return hear(c, answer) }, func() error { return hearEnd(c) })
			}, func(c net.Conn) error {
				return inTurn(func() error { return hear(c, ask) }, func() error { return hearEnd(c) }, func() error { s.pause(60 * time.Millisecond); return say(c, answer) })
			})
		},
	},
	{
		Name: "lost-third-ack", Port: portSMTP, Points: true, Readable: true,
		Title: [2]string{"The third packet is lost on the way to the server.", "El tercer paquete se pierde camino del servidor."},
		Look:  [2]string{"For a second the client believes in a connection of which the server knows nothing.", "Durante un segundo el cliente cree en una conexión de la que el servidor no sabe nada."},
		rule:  only(1, bareACK, Fate{Lose: true, LoseAt: AtMiddle}),
		run: func(s *stage) error {
			// The server speaks first, so that nothing but its own patience mends it.
			c, d := dialogue("<220 mail.example ready\r\n", ">QUIT\r\n", "<221 bye\r\n")
			return s.talk(portSMTP, c, d)
		},
	},
	{
		Name: "retransmission", Port: portAlt, Points: true,
		Title: [2]string{"A packet with data is lost, and nobody but its sender can know.", "Se pierde un paquete con datos, y solo quien lo envió puede saberlo."},
		Look:  [2]string{"No confirmation comes: the client waits, then sends the same bytes again.", "No llega la confirmación: el cliente espera y envía otra vez los mismos bytes."},
		rule:  only(2, clientData, Fate{Lose: true, LoseAt: AtMiddle}),
		run: func(s *stage) error {
			c, d := dialogue(">first letter\n", "<got it\n", ">second letter\n", "<got it\n")
			return s.talk(portAlt, c, d)
		},
	},
	{
		Name: "delayed", Port: portAlt, Points: true,
		Title: [2]string{"One packet takes a longer way and is overtaken by the next.", "Un paquete toma un camino más largo y el siguiente lo adelanta."},
		Look:  [2]string{"In the middle the order is right, at the server it is not. What does the server say?", "En el medio el orden es correcto; en el servidor, no. ¿Qué dice el servidor?"},
		// Less than a quarter of the round trip: longer, and the client sends it again.
		half: 10 * time.Millisecond,
		rule: only(1, clientData, Fate{Hold: 6 * time.Millisecond}),
		run: func(s *stage) error {
			return s.talk(portAlt, func(c net.Conn) error {
				for _, text := range []string{"one ", "two\n"} {
					if err := say(c, text); err != nil {
						return err
					}
				}
				return hear(c, "thanks\n")
			}, func(c net.Conn) error {
				return inTurn(func() error { return hear(c, "one two\n") }, func() error { return say(c, "thanks\n") }, func() error { return hearEnd(c) })
			})
		},
	},
	{
		Name: "fast-open", Port: portHTTP, From: callerPort + 1,
		Title: [2]string{"A second visit: the first packet already carries the question (TCP Fast Open).", "Segunda visita: el primer paquete ya lleva la pregunta (TCP Fast Open)."},
		Look:  [2]string{"The first visit fetched a cookie. Now data travels before the handshake is over.", "La primera visita trajo una «cookie». Ahora viajan datos antes de terminar el acuerdo."},
		needs: []need{needFastOpen},
		run: func(s *stage) error {
			const ask, answer = "GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\nhello\n"
			end, err := s.serve(portHTTP, listenOptions{fastOpen: true}, 2, func(c net.Conn) error {
				return inTurn(func() error { return hear(c, ask) }, func() error { return say(c, answer) }, func() error { return hearEnd(c) })
			})
			if err != nil {
				return err
			}
			for i := range uint16(2) {
				err = errors.Join(err, s.call(callerPort+i, portHTTP, dialOptions{fastOpen: true}, func(c net.Conn) error {
					return inTurn(func() error { return say(c, ask) }, func() error { return hear(c, answer) })
				}))
				s.pause(60 * time.Millisecond)
			}
			return errors.Join(err, end())
		},
	},
	{
		Name: "simultaneous-open", Port: callerPort + 1, From: callerPort,
		Title: [2]string{"Both hosts call each other at the same time; nobody listens.", "Los dos equipos se llaman a la vez; nadie está a la escucha."},
		Look:  [2]string{"Two SYNs cross, and it becomes one connection: four packets instead of three.", "Dos SYN se cruzan y queda una sola conexión: cuatro paquetes en vez de tres."},
		rule:  only(1, fromClient, Fate{Await: true}),
		run: func(s *stage) error {
			return s.callBoth()
		},
	},
	{
		Name: "port-reuse", Port: portHTTP,
		Title: [2]string{"The same four numbers twice: two connections between the same ports.", "Los mismos cuatro números dos veces: dos conexiones entre los mismos puertos."},
		Look:  [2]string{"The server is still in TIME-WAIT. What tells the second call from an old packet?", "El servidor sigue en TIME-WAIT. ¿Qué distingue la segunda llamada de un paquete viejo?"},
		run: func(s *stage) error {
			end, err := s.serve(portHTTP, listenOptions{}, 2, func(c net.Conn) error {
				return inTurn(func() error { return hear(c, "time?\n") }, func() error { return say(c, "noon\n") })
			})
			if err != nil {
				return err
			}
			for i := range 2 {
				if i > 0 {
					// The client's socket must be gone, and the clock of its time stamps on.
					s.wire.settle(calm, time.Second)
				}
				err = errors.Join(err, s.call(callerPort, portHTTP, dialOptions{}, func(c net.Conn) error {
					return inTurn(func() error { return say(c, "time?\n") }, func() error { return hear(c, "noon\n") }, func() error { return hearEnd(c) })
				}))
			}
			return errors.Join(err, end())
		},
	},
	{
		Name: "deferred-accept", Port: portHTTP,
		Title: [2]string{"A server that takes note of a connection only when the first data comes.", "Un servidor que toma nota de la conexión solo cuando llegan los primeros datos."},
		Look:  [2]string{"After the third packet the server's ESTABLISHED is only inferred, and wrong for two seconds.", "Tras el tercer paquete, el ESTABLISHED del servidor solo se infiere, y durante dos segundos es falso."},
		needs: []need{needDeferAccept},
		run: func(s *stage) error {
			end, err := s.serve(portHTTP, listenOptions{deferAccept: 5 * time.Second}, 1, func(c net.Conn) error {
				return inTurn(func() error { return hear(c, "at last\n") }, func() error { return hearEnd(c) })
			})
			if err != nil {
				return err
			}
			return errors.Join(s.call(callerPort, portHTTP, dialOptions{}, func(c net.Conn) error {
				s.pause(2 * time.Second)
				return say(c, "at last\n")
			}), end())
		},
	},
	{
		Name: "http", Port: portHTTP, Readable: true,
		Title: [2]string{"A browser's visit without encryption.", "La visita de un navegador, sin cifrar."},
		Look:  [2]string{"Opening, question, answer, farewell. Everything in between can be read on the way.", "Apertura, pregunta, respuesta, despedida. Todo lo de en medio se puede leer por el camino."},
		run: func(s *stage) error {
			page := "<!doctype html><title>Lab</title><p>" + strings.Repeat("Hello from the lab. ", 100) + "</p>\n"
			c, d := dialogue(">GET / HTTP/1.1\r\nHost: lab.example\r\nUser-Agent: portero-lab\r\nConnection: close\r\n\r\n",
				fmt.Sprintf("<HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(page), page))
			return s.talk(portHTTP, c, d)
		},
	},
	{
		Name: "telnet-in-clear", Port: portTelnet, Readable: true,
		Title: [2]string{"Somebody logs in with telnet: name and password cross the wire in clear.", "Alguien entra por telnet: nombre y contraseña cruzan el cable sin cifrar."},
		Look:  [2]string{"Read the password below: whoever is on the way reads it as well.", "Abajo se lee la contraseña: quien esté en el camino la lee igual."},
		run: func(s *stage) error {
			// 255 251 1: "I will echo" (RFC 857); the client agrees with 255 253 1.
			c, d := dialogue("<\xff\xfb\x01", ">\xff\xfd\x01", "<lab.example login: ", ">ana\r\n", "<ana\r\nPassword: ", ">secret-1987\r\n", "<\r\nWelcome, ana.\r\n$ ", ">exit\r\n", "<exit\r\n")
			return s.talk(portTelnet, c, d)
		},
	},
}

// inTurn does one thing after the other until one fails.
func inTurn(steps ...func() error) error {
	for _, f := range steps {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// expectFailure dials a port that must not answer within d.
func (s *stage) expectFailure(port uint16, d time.Duration) error {
	c, err := s.dial(callerPort, port, dialOptions{}, d)
	if err == nil {
		c.Close()
		return errors.New("client: the connection was accepted")
	}
	return nil
}

// callBoth lets both hosts call each other. The client begins, so that its SYN is
// the first that the middle sees; they cross behind it.
func (s *stage) callBoth() error {
	to := [2]netip.AddrPort{s.at(callerPort + 1), netip.AddrPortFrom(ClientAddr, callerPort)}
	var errs [2]error
	var wg sync.WaitGroup
	for side := range to {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if Side(side) == Server {
				s.wire.await(Client)
				s.pause(40 * time.Millisecond) // until the middle has seen it, where it waits
			}
			ctx, stop := context.WithTimeout(s, 5*time.Second)
			defer stop()
			c, err := s.hosts[side].dial(ctx, callerPort+uint16(side), to[side], dialOptions{})
			if err != nil {
				errs[side] = err
				return
			}
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(patience))
			if Side(side) == Client {
				s.wire.settle(calm, time.Second)
				return
			}
			errs[side] = hearEnd(c)
		}()
	}
	wg.Wait()
	return errors.Join(errs[:]...)
}
