package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"portero/internal/words"
)

func deniedText(l words.Lang, iface, path, name string) string {
	confined, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	return deniedFor(l, iface, path, name, os.Geteuid() == 0, err == nil && confined == 1)
}

// deniedFor says what to grant. Where this is root already, or may gain nothing by running a program,
// neither sudo nor setcap would help: whatever started it has to grant it.
func deniedFor(l words.Lang, iface, path, name string, root, confined bool) string {
	if root || confined {
		why := l.Pick("this process was started so that it can gain none (no_new_privs)", "este proceso se arrancó de modo que no puede obtener ninguna (no_new_privs)")
		if root {
			why = l.Pick("this is root, but without it", "esto es root, pero sin ella")
		}
		return fmt.Sprintf(l.Pick(`%s: not permitted to listen here. It takes the capability CAP_NET_RAW and nothing else; %s.
Neither sudo nor setcap helps: whatever starts it has to grant it.
  --cap-add NET_RAW
    for a container of docker or podman
  AmbientCapabilities=CAP_NET_RAW
    in a service of systemd`,
			`%s: sin permiso para escuchar aquí. Hace falta la capacidad CAP_NET_RAW y nada más; %s.
Ni sudo ni setcap sirven: tiene que concederla quien lo arranca.
  --cap-add NET_RAW
    para un contenedor de docker o podman
  AmbientCapabilities=CAP_NET_RAW
    en un servicio de systemd`), iface, why)
	}
	if l == words.Spanish {
		return fmt.Sprintf(`%[1]s: sin permiso para escuchar aquí. Hace falta la capacidad CAP_NET_RAW y nada más. Una de estas:
  sudo %[4]s live %[1]s
    por esta vez
  sudo groupadd portero; sudo chgrp portero %[2]s; sudo chmod 750 %[2]s
  sudo setcap cap_net_raw=ep %[2]s; sudo usermod -aG portero %[3]s
    para siempre y solo para los miembros del grupo: cada uno podrá leer todo el tráfico de este equipo
  sudo setcap cap_net_raw=ep %[2]s
    para siempre y para quien pueda ejecutar el programa, que podrá leer todo el tráfico de este equipo`, iface, path, name, forSudo())
	}
	return fmt.Sprintf(`%[1]s: not permitted to listen here. It takes the capability CAP_NET_RAW and nothing else. One of these:
  sudo %[4]s live %[1]s
    for this once
  sudo groupadd portero; sudo chgrp portero %[2]s; sudo chmod 750 %[2]s
  sudo setcap cap_net_raw=ep %[2]s; sudo usermod -aG portero %[3]s
    for good and for members of the group only: each of them may then read all traffic of this machine
  sudo setcap cap_net_raw=ep %[2]s
    for good and for whoever may run the program: they may then read all traffic of this machine`, iface, path, name, forSudo())
}
