# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# A volume is formatted only if it is blank by every sign there is. Data that survived its instance is mounted as it is.

readonly fk_label=fleetkeeper

fence
read -r word volume _ <<<"$fk_request"
[[ $word == volume ]] || fail BadRequest "prepare-volume wants one volume"
decoded "$volume"
volume=$REPLY
[[ $volume =~ ^vol-[0-9a-f]+$ ]] || fail BadRequest "not a volume's id: $volume"
formatted=false
displaced=null

find_volume "$volume"
[[ -n $device ]] || fail DeviceMissing "volume $volume does not show as a device yet"

# 1. A file system: the one that is there, or a new one on a blank device.
is_blank() {
  local status=0
  blkid -p "$device" >/dev/null || status=$?
  # 2: nothing found. 0: something; 8: more than one thing.
  ((status == 2)) || return 1
  [[ -z $(wipefs --no-act --noheadings --parsable "$device") ]] || return 1
  cmp -s -n 1048576 "$device" /dev/zero
}
if [[ -z $device_system ]]; then
  is_blank || fail NotBlank "volume $volume holds something that is no file system; it is left alone"
  mkfs.xfs -q -L "$fk_label" "$device"
  formatted=true
  # What lsblk tells of it comes from udev, a moment later.
  if command -v udevadm >/dev/null; then udevadm settle --timeout=10 || true; fi
  find_volume "$volume"
elif [[ $device_system != xfs && $device_system != ext4 ]]; then
  fail ForeignFileSystem "volume $volume holds $device_system, which is not what Fleetkeeper makes; it is left alone"
fi
[[ $device_uuid =~ ^[0-9A-Fa-f-]{8,64}$ ]] || fail NoUuid "the file system of volume $volume shows no UUID yet"

# 2. The mount table: by UUID, before Docker starts, and no reason not to boot.
options=defaults,noatime,nofail,x-systemd.before=docker.service,x-systemd.required-by=docker.service
line="UUID=$device_uuid $fk_data $device_system $options 0 2"
touch /etc/fstab
if ! grep -qxF "$line" /etc/fstab; then
  cp -f /etc/fstab /etc/fstab.fleetkeeper-previous
  # Not joined by &&: what fails in there must end the script, or an empty table would replace a good one.
  awk -v mount="$fk_data" '$2 != mount' /etc/fstab >"$fk_state/fstab"
  printf '%s\n' "$line" >>"$fk_state/fstab"
  replace_file /etc/fstab 0644 0:0 <"$fk_state/fstab"
  rm -f "$fk_state/fstab"
  systemctl daemon-reload
fi

# 3. The mount. What was written below the mount point while nothing was mounted is set aside, not hidden.
if [[ $device_mount != "$fk_data" ]]; then
  if data_mounted; then fail OtherVolumeMounted "something else is mounted at $fk_data"; fi
  [[ -z $device_mount ]] || fail MountedElsewhere "volume $volume is mounted at $device_mount"
  if [[ -d $fk_data && -n $(ls -A "$fk_data") ]]; then
    aside=$fk_data.unmounted-$(date +%s)
    mv -T "$fk_data" "$aside"
    json_string "$aside"
    displaced=$REPLY
  fi
  mkdir -p "$fk_data"
  mount "$fk_data"
fi
data_mounted || fail NotMounted "$fk_data is not mounted after mounting it"

# 4. The directories of the services, by their users in the containers, and the key of digests.
chmod 0755 "$fk_data"
(
  umask 022
  mkdir -p "$fk_data"/{gitlab/config,gitlab/logs,gitlab/data,stack,prometheus,grafana}
)
mkdir -p "$fk_data/runner" "$fk_data/machine/machines"
chown 65534:65534 "$fk_data/prometheus"
chown 472:0 "$fk_data/grafana"
key=$fk_data/.fleetkeeper-key
if [[ ! -f $key.inner || ! -f $key.outer ]]; then
  # 64 bytes, one block of SHA-256: then padding is all that HMAC does to it.
  raw=$(od -An -v -tu1 -w64 -N64 /dev/urandom)
  inner='' outer=''
  for byte in $raw; do
    printf -v inner '%s\\x%02x' "$inner" $((byte ^ 0x36))
    printf -v outer '%s\\x%02x' "$outer" $((byte ^ 0x5c))
  done
  printf '%b' "$inner" | replace_file "$key.inner" 0600 0:0
  printf '%b' "$outer" | replace_file "$key.outer" 0600 0:0
fi

# 5. The sentinel: this volume, on its how manyth instance. The machines' one is left where it tells of another volume: that
# is a copy, and its list of machines is no evidence about this one.
read_sentinel "$fk_data/$fk_sentinel"
generation=${sentinel_generation:-0}
if [[ $sentinel_volume != "$volume" || $sentinel_instance != "$fk_instance" ]]; then
  generation=$((generation + 1))
fi
mark() {
  read_sentinel "$1"
  if [[ "$sentinel_volume $sentinel_generation $sentinel_instance" != "$volume $generation $fk_instance" ]]; then
    printf '%s %s %s\n' "$volume" "$generation" "$fk_instance" | replace_file "$1" 0644 0:0
  fi
}
read_sentinel "$fk_data/machine/machines/$fk_sentinel"
if [[ -z $sentinel_volume || $sentinel_volume == "$volume" ]]; then mark "$fk_data/machine/machines/$fk_sentinel"; fi
mark "$fk_data/$fk_sentinel"

json_string "$device"
done_with "{\"device\":$REPLY,\"uuid\":\"$device_uuid\",\"formatted\":$formatted,\"displaced\":$displaced,\"generation\":$generation}"
