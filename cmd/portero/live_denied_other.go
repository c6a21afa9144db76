//go:build !linux

package main

import (
	"fmt"
	"runtime"

	"portero/internal/words"
)

func deniedText(l words.Lang, iface, _, _ string) string {
	if runtime.GOOS == "windows" {
		return fmt.Sprintf(l.Pick("%s: not permitted to listen here. Run it as Administrator, or let Npcap's installer give all users access: they may then read all traffic of this machine",
			"%s: sin permiso para escuchar aquí. Hay que ejecutarlo como administrador, o permitir el acceso a todos al instalar Npcap: podrán leer todo el tráfico de este equipo"), iface)
	}
	return fmt.Sprintf(l.Pick("%s: not permitted to listen here: no /dev/bpf* may be opened. Run it with sudo, or give a group read access to them (Wireshark's ChmodBPF does): its members may then read all traffic of this machine",
		"%s: sin permiso para escuchar aquí: no se puede abrir ningún /dev/bpf*. Hay que ejecutarlo con sudo, o dar a un grupo permiso de lectura (lo hace ChmodBPF de Wireshark): sus miembros podrán leer todo el tráfico de este equipo"), iface)
}
