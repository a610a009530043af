#!/usr/bin/env bash
# Runs a command in a throw-away virtual machine that has what a container has not: virtual HID
# headsets (uhid) and virtual sound cards (snd-aloop). See README.md.
#
#   rig.sh build                                             fetch the kernel, make the initramfs
#   rig.sh run [-o DIR] [-t SECONDS] [-m MODULE]... -- COMMAND [ARGUMENT]...
#   rig.sh check                                             say what this machine can do
#
# Exit status: the command's own; 124: it ran past -t; 125: the rig itself failed, and why.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${RIG_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/offhook-rig}
MEMORY_MIB=${RIG_MEM:-2048}
CPUS=${RIG_CPUS:-2}
KVM_PROBE_SECONDS=${RIG_KVM_PROBE:-8}
# Vendors' drivers first: a device whose vendor has one gets no hidraw node without it.
MODULES="uhid hid-generic hid-plantronics hid-jabra hid-logitech hid-microsoft snd-aloop"
BOOT_MODULES="virtio_pci virtio_console 9pnet_virtio 9p overlay"

say() { printf 'rig: %s\n' "$*" >&2; }
fail() { say "FAILED: $*"; exit 125; }

# --- building: a Debian kernel, the modules that we load, a small initramfs -------------------------

require_programs() {
  local missing=() entry
  for entry in qemu-system-x86_64:qemu-system-x86 busybox:busybox-static cpio:cpio dpkg-deb:dpkg \
    apt-get:apt; do
    command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
  done
  [ ${#missing[@]} -eq 0 ] || fail "missing Debian packages: ${missing[*]}"
  # The guest starts it before there is any library.
  ! ldd "$(command -v busybox)" >/dev/null 2>&1 || fail "busybox is not static: busybox-static"
}

is_built() {
  [ -s "$CACHE/version" ] && [ -s "$CACHE/vmlinuz" ] && [ "$CACHE/initrd.gz" -nt "$HERE/rig.sh" ] &&
    [ "$CACHE/initrd.gz" -nt "$HERE/guest_init.sh" ]
}

build() {
  require_programs
  mkdir -p "$CACHE"
  # Tests may start together on one machine.
  exec 8>"$CACHE/lock"
  flock 8
  if ! is_built; then
    if [ ! -s "$CACHE/version" ] || [ ! -d "$CACHE/modules" ]; then fetch_kernel; fi
    make_initramfs
  fi
  exec 8>&-
}

fetch_kernel() {
  local package work version
  package=${RIG_KERNEL:-$(apt-cache depends linux-image-amd64 2>/dev/null |
    sed -n 's/.*Depends: //p' | head -1)}
  [ -n "$package" ] || fail "apt knows no linux-image-amd64 (apt-get update?)"
  say "fetching $package (70 MB)"
  work=$CACHE/work
  rm -rf "$work" "$CACHE/modules"
  mkdir -p "$work" "$CACHE/modules/lib/modules"
  chmod 777 "$work" # apt downloads as a user of its own
  (cd "$work" && apt-get -qq download "$package" 2>/dev/null) || fail "apt-get download $package"
  unpack_kernel "$work"
  version=$(ls "$work/lib/modules")
  mv "$work/lib/modules/$version" "$CACHE/modules/lib/modules/$version"
  cp "$work"/boot/vmlinuz-* "$CACHE/vmlinuz"
  if command -v depmod >/dev/null; then depmod -b "$CACHE/modules" "$version"
  else busybox depmod -b "$CACHE/modules" "$version"; fi
  rm -rf "$work"
  echo "$version" >"$CACHE/version"
}

# Only what the rig may load: the whole tree is 400 MB.
unpack_kernel() {
  local tree=./lib/modules/*/kernel
  dpkg-deb --fsys-tarfile "$1"/*.deb | tar -x -C "$1" --wildcards './boot/vmlinuz-*' \
    './lib/modules/*/modules.*' "$tree/drivers/hid/*" "$tree/drivers/usb/*" "$tree/drivers/virtio/*" \
    "$tree/drivers/char/virtio_console.ko*" "$tree/drivers/leds/*" "$tree/drivers/input/*" \
    "$tree/drivers/base/*" "$tree/drivers/media/mc/*" "$tree/net/9p/*" "$tree/fs/9p/*" \
    "$tree/fs/netfs/*" "$tree/fs/fscache/*" "$tree/fs/overlayfs/*" "$tree/fs/configfs/*" \
    "$tree/sound/*" "$tree/lib/*" || fail "unpacking the kernel package"
}

make_initramfs() {
  local version folder module
  version=$(cat "$CACHE/version")
  folder=$CACHE/initramfs
  rm -rf "$folder"
  mkdir -p "$folder"/{bin,dev,proc,sys,mnt}
  cp "$(command -v busybox)" "$folder/bin/busybox"
  for module in $BOOT_MODULES; do with_dependencies "$version" "$module"; done | awk '!seen[$0]++' |
    while read -r module; do
      mkdir -p "$folder/lib/modules/$(dirname "$module")"
      cp "$CACHE/modules/lib/modules/$version/$module" "$folder/lib/modules/$module"
      echo "/lib/modules/$module"
    done >"$folder/load"
  cp "$HERE/guest_init.sh" "$folder/init"
  printf '#!/bin/busybox sh\n/bin/busybox poweroff -f\n' >"$folder/probe"
  chmod 755 "$folder/init" "$folder/probe"
  (cd "$folder" && find . | cpio -o -H newc --quiet | gzip -1) >"$CACHE/initrd.gz"
  rm -rf "$folder"
}

# A module's files in the order of loading, itself last.
with_dependencies() {
  local line
  line=$(grep -E "(^|/)${2//[-_]/[-_]}\.ko[^:]*:" \
    "$CACHE/modules/lib/modules/$1/modules.dep" | head -1) || true
  [ -n "$line" ] || return 0 # built in
  tr ' ' '\n' <<<"${line#*:}" | sed '/^$/d' | tac
  echo "${line%%:*}"
}

# --- KVM or emulation ------------------------------------------------------------------------------

# Prints kvm or tcg. /dev/kvm may be there and yet not run a stock kernel (nested virtualisation): a
# probe boots one to its first program, once for each boot of this machine.
acceleration() {
  local key memo=$CACHE/acceleration status=0
  if [ "${RIG_ACCEL:-auto}" != auto ]; then echo "$RIG_ACCEL"; return; fi
  if [ ! -w /dev/kvm ]; then say "no usable /dev/kvm: emulation"; echo tcg; return; fi
  key="$(cat /proc/sys/kernel/random/boot_id) $(cat "$CACHE/version")"
  if [ "$(sed -n 1p "$memo" 2>/dev/null)" != "$key" ]; then
    timeout "$KVM_PROBE_SECONDS" qemu-system-x86_64 -machine pc,accel=kvm -cpu host -m 512 \
      -nodefaults -no-user-config -display none -no-reboot -kernel "$CACHE/vmlinuz" \
      -initrd "$CACHE/initrd.gz" -append "quiet panic=-1 rdinit=/probe" \
      </dev/null >"$CACHE/probe.log" 2>&1 || status=$?
    printf '%s\n%s\n' "$key" "$([ $status -eq 0 ] && echo kvm || echo tcg)" >"$memo"
  fi
  [ "$(sed -n 2p "$memo")" = kvm ] || say "/dev/kvm does not boot a Debian kernel: emulation"
  sed -n 2p "$memo"
}

# --- running ---------------------------------------------------------------------------------------

# The second half of the guest's start, on the guest's own root: what differs from run to run.
guest_script() { # acceleration, modules, command...
  local accel=$1 modules=$2 version
  shift 2
  version=$(cat "$CACHE/version")
  cat <<SCRIPT
B=/run/rig/bin/busybox
export HOME=/root TERM=dumb RIG=1 RIG_OUT=/run/rig/out RIG_ACCEL=$accel PATH=$(printf %q "$PATH")
$(export -p | sed -nE 's/^declare -x ((NO_COLOR|DENO_DIR|OFFHOOK_[A-Z_]+)=)/export \1/p')
\$B sysctl -q -w kernel.printk=4
\$B hostname rig
\$B ifconfig lo 127.0.0.1 up
\$B mkdir -p /lib/modules/$version
\$B mount --bind /run/rig/modules/lib/modules/$version /lib/modules/$version
for m in $modules; do \$B modprobe \$m || echo "rig: modprobe \$m failed" >/dev/console; done
# hidapi enumerates through udev's database; empty will do, absent will not
\$B mkdir -p /run/udev/data
\$B cut -d' ' -f1 /proc/uptime >/run/rig/ctl/ready
cd $(printf %q "$PWD")
($(printf '%q ' "$@")) </dev/null >/dev/vport0p1 2>&1
echo \$? >/run/rig/ctl/status
\$B sync
\$B poweroff -f
SCRIPT
}

run() {
  local out="" limit=300 modules=$MODULES
  while [ $# -gt 0 ]; do
    case $1 in
    -o) out=$2; shift 2 ;;
    -t) limit=$2; shift 2 ;;
    -m) modules="$modules $2"; shift 2 ;;
    --) shift; break ;;
    *) fail "unknown option $1" ;;
    esac
  done
  [ $# -gt 0 ] || fail "no command given"
  build
  CONTROL=$(mktemp -d)
  trap 'rm -rf "$CONTROL"' EXIT
  out=${out:-$CONTROL/out}
  mkdir -p "$out"
  local accel status=0
  accel=$(acceleration)
  guest_script "$accel" "$modules" "$@" >"$CONTROL/stage2"
  boot "$accel" "$limit" "$out" || status=$?
  cp "$CONTROL/console" "$out/console.log" 2>/dev/null || true
  say "$accel: userland after $(cat "$CONTROL/ready" 2>/dev/null || echo '?') s, whole run $SECONDS s"
  if [ $status -eq 124 ]; then say "ran past $limit s"; return 124; fi
  if [ ! -s "$CONTROL/status" ]; then
    tail -20 "$CONTROL/console" >&2 || true
    fail "the machine ended (qemu status $status) before the command did; its console is above"
  fi
  return "$(cat "$CONTROL/status")"
}

boot() { # acceleration, seconds, folder for results
  local cpu=max
  [ "$1" = kvm ] && cpu=host
  # The guest's output port needs a host end that never says end-of-file.
  mkfifo "$CONTROL/stdin"
  exec 9<>"$CONTROL/stdin"
  timeout --foreground "$2" qemu-system-x86_64 -machine "pc,accel=$1,vmport=off,usb=off" -cpu $cpu \
    -m "$MEMORY_MIB" -smp "$CPUS" -nodefaults -no-user-config -display none -no-reboot \
    -kernel "$CACHE/vmlinuz" -initrd "$CACHE/initrd.gz" \
    -append "console=ttyS0 quiet loglevel=4 panic=-1 tsc=reliable mitigations=off random.trust_cpu=on" \
    -serial "file:$CONTROL/console" \
    -device virtio-serial-pci -chardev stdio,id=out,signal=off \
    -device virtserialport,chardev=out,name=rig \
    -object rng-random,filename=/dev/urandom,id=rng0 -device virtio-rng-pci,rng=rng0 \
    $(share hostroot / ,readonly=on,multidevs=remap) $(share rigctl "$CONTROL") \
    $(share rigout "$3") $(share rigmod "$CACHE/modules" ,readonly=on) <&9 9<&-
}

share() { # name, folder, options: a folder of this machine that the guest mounts by the name
  echo "-fsdev local,id=$1,path=$2,security_model=none${3:-} -device virtio-9p-pci,fsdev=$1,mount_tag=$1"
}

case ${1:-} in
build) build; say "ready: kernel $(cat "$CACHE/version")" ;;
check) build; say "kernel $(cat "$CACHE/version"), $(acceleration)" ;;
run) shift; run "$@" ;;
*) sed -n '2,9p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//'; exit 2 ;;
esac
