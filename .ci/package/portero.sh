#!/bin/sh
# Runs portero for those who may: members of the group portero, and root.
real=/usr/libexec/portero/portero
if [ -x "$real" ]; then
	exec "$real" "$@"
fi
case "${LC_ALL:-${LC_MESSAGES:-$LANG}}" in
es*)
	echo "portero: no se le permite: solo los miembros del grupo portero pueden ejecutarlo, porque quien lo ejecuta puede escuchar la red. Hay que pedir a quien administra: sudo usermod -aG portero $(id -un), y volver a entrar" >&2
	;;
*)
	echo "portero: not permitted: only members of the group portero may run it, since whoever runs it may sniff the network. Ask an administrator for: sudo usermod -aG portero $(id -un), then log in again" >&2
	;;
esac
exit 4
