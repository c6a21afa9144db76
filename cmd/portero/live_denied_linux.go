package main

import (
	"fmt"

	"portero/internal/words"
)

func deniedText(l words.Lang, iface, path, name string) string {
	if l == words.Spanish {
		return fmt.Sprintf(`%[1]s: sin permiso para escuchar aquí. Hace falta la capacidad CAP_NET_RAW y nada más. Una de estas:
  sudo portero live %[1]s
    por esta vez
  sudo groupadd portero; sudo chgrp portero %[2]s; sudo chmod 750 %[2]s
  sudo setcap cap_net_raw=ep %[2]s; sudo usermod -aG portero %[3]s
    para siempre y solo para los miembros del grupo: cada uno podrá leer todo el tráfico de este equipo
  sudo setcap cap_net_raw=ep %[2]s
    para siempre y para quien pueda ejecutar el programa, que podrá leer todo el tráfico de este equipo`, iface, path, name)
	}
	return fmt.Sprintf(`%[1]s: not permitted to listen here. It takes the capability CAP_NET_RAW and nothing else. One of these:
  sudo portero live %[1]s
    for this once
  sudo groupadd portero; sudo chgrp portero %[2]s; sudo chmod 750 %[2]s
  sudo setcap cap_net_raw=ep %[2]s; sudo usermod -aG portero %[3]s
    for good and for members of the group only: each of them may then read all traffic of this machine
  sudo setcap cap_net_raw=ep %[2]s
    for good and for whoever may run the program: they may then read all traffic of this machine`, iface, path, name)
}
