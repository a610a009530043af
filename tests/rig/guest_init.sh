#!/bin/busybox sh
# The first program of the guest: this computer's file system, read-only, with a memory overlay on
# top becomes its root; then stage2 of the run goes on there (see rig.sh, guest_script).
B=/bin/busybox
$B mount -t proc proc /proc
$B mount -t sysfs sysfs /sys
$B mount -t devtmpfs dev /dev
while read -r module; do
  $B insmod "$module" || $B echo "rig: insmod $module failed"
done </load

NINE=trans=virtio,version=9p2000.L,msize=1048576
ROOT=/mnt/root
$B mkdir -p /mnt/lower /mnt/memory $ROOT
$B mount -t 9p -o $NINE,ro,cache=loose hostroot /mnt/lower || $B poweroff -f
$B mount -t tmpfs -o size=75% tmpfs /mnt/memory
$B mkdir -p /mnt/memory/upper /mnt/memory/work
$B mount -t overlay -o lowerdir=/mnt/lower,upperdir=/mnt/memory/upper,workdir=/mnt/memory/work \
  overlay $ROOT || $B poweroff -f

for folder in proc sys dev run tmp mnt root; do $B mkdir -p $ROOT/$folder; done
# Deno may be in root's npm cache; a test becomes somebody else and runs it there.
$B chmod go+x $ROOT/root
for folder in proc sys dev; do $B mount --move /$folder $ROOT/$folder; done
$B mkdir -p $ROOT/dev/shm $ROOT/dev/pts
$B mount -t tmpfs tmpfs $ROOT/dev/shm
$B mount -t devpts devpts $ROOT/dev/pts
$B mount -t tmpfs tmpfs $ROOT/run
for folder in out ctl modules bin; do $B mkdir -p $ROOT/run/rig/$folder; done
$B mount -t 9p -o $NINE,cache=none rigctl $ROOT/run/rig/ctl
$B mount -t 9p -o $NINE,cache=none rigout $ROOT/run/rig/out
$B mount -t 9p -o $NINE,ro,cache=loose rigmod $ROOT/run/rig/modules
$B cp /bin/busybox $ROOT/run/rig/bin/busybox
exec $B switch_root $ROOT /run/rig/bin/busybox sh /run/rig/ctl/stage2
