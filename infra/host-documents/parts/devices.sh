# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Block devices. On Nitro instances a volume's id is the serial number of its NVMe device
# (https://docs.aws.amazon.com/ebs/latest/userguide/identify-nvme-ebs-device.html).

# devices: for each device, calls $1 with path, volume id, size, file system, UUID, label and mount point.
each_device() {
  local each=$1 listed line path volume size system uuid label mount
  listed=$(lsblk -b -n -P -o PATH,SERIAL,SIZE,FSTYPE,UUID,LABEL,MOUNTPOINT)
  while IFS= read -r line; do
    [[ $line =~ ^PATH=\"(.*)\"\ SERIAL=\"(.*)\"\ SIZE=\"(.*)\"\ FSTYPE=\"(.*)\"\ UUID=\"(.*)\"\ LABEL=\"(.*)\"\ MOUNTPOINT=\"(.*)\"$ ]] || continue
    path=${BASH_REMATCH[1]} volume=${BASH_REMATCH[2]} size=${BASH_REMATCH[3]} system=${BASH_REMATCH[4]}
    uuid=${BASH_REMATCH[5]} label=${BASH_REMATCH[6]} mount=${BASH_REMATCH[7]}
    if [[ $volume =~ ^vol-?([0-9a-f]+)$ ]]; then volume=vol-${BASH_REMATCH[1]}; else volume=; fi
    "$each" "$path" "$volume" "$size" "$system" "$uuid" "$label" "$mount"
  done <<<"$listed"
}

fk_if_wanted() {
  if [[ $2 == "$fk_wanted" && -z $device ]]; then
    device=$1 device_system=$4 device_uuid=$5 device_label=$6 device_mount=$7
  fi
}

# find_volume ID: device and device_*; device is empty where the volume isn't attached.
find_volume() {
  fk_wanted=$1
  device='' device_system='' device_uuid='' device_label='' device_mount=''
  each_device fk_if_wanted
}

readonly fk_sentinel=.fleetkeeper-volume

# read_sentinel FILE: sentinel_volume, sentinel_generation, sentinel_instance; empty where there is none that can be read.
read_sentinel() {
  sentinel_volume='' sentinel_generation='' sentinel_instance=''
  if [[ -r $1 ]]; then read -r sentinel_volume sentinel_generation sentinel_instance <"$1" || true; fi
  if [[ ! $sentinel_volume =~ ^vol-[0-9a-f]+$ || ! $sentinel_generation =~ ^[1-9][0-9]{0,9}$ ]]; then
    sentinel_volume='' sentinel_generation=''
  fi
}

# json_sentinel FILE
json_sentinel() {
  local sentinel_volume sentinel_generation sentinel_instance
  read_sentinel "$1"
  REPLY=null
  if [[ -n $sentinel_volume ]]; then REPLY="{\"volume\":\"$sentinel_volume\",\"generation\":$sentinel_generation}"; fi
}
