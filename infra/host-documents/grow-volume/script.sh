# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
fence
read -r word volume _ <<<"$fk_request"
[[ $word == volume ]] || fail BadRequest "grow-volume wants one volume"
decoded "$volume"
volume=$REPLY
find_volume "$volume"
[[ -n $device ]] || fail DeviceMissing "volume $volume does not show as a device yet"
[[ $device_mount == "$fk_data" ]] || fail VolumeNotMounted "volume $volume is not mounted at $fk_data"
# Both grow a mounted file system to the size of its device, and do nothing where it has it.
case $device_system in
  xfs) xfs_growfs "$fk_data" ;;
  ext4) resize2fs "$device" ;;
  *) fail ForeignFileSystem "volume $volume holds ${device_system:-no file system}" ;;
esac
size=$(df -B 1 --output=size "$fk_data" | tail -n 1)
json_number "${size//[^0-9]/}"
done_with "{\"totalBytes\":$REPLY}"
