# shellcheck shell=bash disable=SC2154,SC2034 # parts share variables; the whole is checked as it is rendered
# Digests of what may be a secret, under a key that stays on the host: weak secrets can't be guessed from them. HMAC-SHA-256
# (RFC 2104) with its two padded keys as files, because a key in a command line could be read by every user of the host.

readonly fk_key=$fk_data/.fleetkeeper-key

# keyed_digest TEXT: REPLY is 64 hexadecimal digits, empty where there is no key yet.
keyed_digest() {
  local inner outer
  REPLY=
  if [[ ! -r $fk_key.inner || ! -r $fk_key.outer ]]; then return 0; fi
  inner=$({ cat "$fk_key.inner" && printf '%s' "$1"; } | sha256sum)
  inner=${inner%% *}
  # As bytes.
  # shellcheck disable=SC2001 # two characters at a time
  inner=$(sed 's/../\\x&/g' <<<"$inner")
  outer=$({ cat "$fk_key.outer" && printf '%b' "$inner"; } | sha256sum)
  REPLY=${outer%% *}
}
