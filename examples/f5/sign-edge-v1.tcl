# iRule for BIG-IP with APM: sends the user and groups of the APM session to API Gateway in headers, signed as edge-v1.
#
# Attach it to the virtual server that has the access profile. README.md beside this file says what to adapt, and
# docs/f5.md how the other side is set. Written for the Tcl of BIG-IP (8.4); needs BIG-IP 11.4 or later.

when RULE_INIT {
    # Per header: name in lower case, APM session variable, how the value is sent, whether the request needs it.
    # The names must be exactly those of `edge.headers` in the configuration of hallpass, no more and no fewer.
    #   text       as it is; a value with anything but printable ASCII is refused
    #   base64url  for values that may hold other characters, such as display names
    set static::edge_v1_headers {
        x-edge-user    session.logon.last.username    text  required
        x-edge-groups  session.ad.last.attr.memberOf  text  optional
    }
    set static::edge_v1_signature x-edge-signature

    # Further headers that no client may send through.
    set static::edge_v1_removed {x-edge-identity x-origin-verify}

    # Data group (type string): record `current` names the key in use, and each key id has a record with the key in hex.
    set static::edge_v1_keys /Common/edge_hmac_keys

    # The host name by which API Gateway is called. The request gets it as its Host header. Empty: Host stays as it is.
    set static::edge_v1_host ""
}

# Removes whatever the client sent under a protected name or an alias of one (`_` and `.` stand for `-` in some systems).
proc edge_v1_strip {} {
    set protected [concat $static::edge_v1_signature $static::edge_v1_removed]
    foreach {name variable encoding presence} $static::edge_v1_headers { lappend protected $name }

    foreach name [HTTP::header names] {
        set folded [string map {_ - . -} [string tolower [string trim $name]]]
        if { [lsearch -exact $protected $folded] < 0 } { continue }
        # Once per copy, since a version that removes the last one only would leave the client's others.
        set copies [HTTP::header count $name]
        for { set i 0 } { $i < $copies } { incr i } { HTTP::header remove $name }
    }

    # A header that Connection names is dropped by the next hop (RFC 9110 section 7.6.1).
    set names_protected 0
    foreach value [HTTP::header values Connection] {
        foreach option [split $value ","] {
            set folded [string map {_ - . -} [string tolower [string trim $option]]]
            if { [lsearch -exact $protected $folded] >= 0 } { set names_protected 1 }
        }
    }
    if { $names_protected } {
        set copies [HTTP::header count Connection]
        for { set i 0 } { $i < $copies } { incr i } { HTTP::header remove Connection }
    }
}

# Stops the request. The reason is for the administrator and holds nothing that came with the request.
proc edge_v1_refuse { status reason } {
    log local0.warning "sign-edge-v1: refused with $status: $reason"
    ACCESS::respond $status content "The request was refused." noserver "Content-Type" "text/plain" "Connection" "Close"
}

# Sets the headers and the signature, or refuses.
proc edge_v1_sign {} {
    foreach {name variable encoding presence} $static::edge_v1_headers {
        set value [string trim [ACCESS::session data get $variable] " "]
        if { $value eq "" } {
            if { $presence ne "optional" } {
                call edge_v1_refuse 403 "$variable is empty"
                return
            }
            # Signed as absent, so that nobody can add it on the way.
            set signed($name) ""
            continue
        }
        if { $encoding eq "base64url" } {
            set value [string map [list + - / _ = "" "\n" ""] [b64encode $value]]
        } elseif { ![regexp {^[\x20-\x7e]+$} $value] } {
            # Not repaired: leaving characters out could turn one name into another.
            call edge_v1_refuse 403 "$variable holds more than printable ASCII"
            return
        }
        set signed($name) $value
    }

    set key_id [class match -value -- current equals $static::edge_v1_keys]
    set key [class match -value -- $key_id equals $static::edge_v1_keys]
    if { ![regexp {^[A-Za-z0-9._-]{1,64}$} $key_id] || ![regexp {^([0-9A-Fa-f]{2}){32,128}$} $key] } {
        call edge_v1_refuse 503 "the data group $static::edge_v1_keys has no usable current key"
        return
    }

    if { $static::edge_v1_host ne "" } { HTTP::header replace Host $static::edge_v1_host }
    set host [string tolower [HTTP::host]]
    regsub {:[0-9]*$} $host "" host
    set path [HTTP::path]
    if { ![regexp {^[\x21-\x7e]+$} $host] || ![regexp {^/[\x21-\x7e]*$} $path] } {
        call edge_v1_refuse 400 "host or path has a form that cannot be signed"
        return
    }

    set now [clock seconds]
    set lines [list edge-v1 $key_id $now [string toupper [HTTP::method]] $host $path]
    foreach name [lsort [array names signed]] {
        lappend lines "$name:$signed($name)"
        if { $signed($name) ne "" } { HTTP::header replace $name $signed($name) }
    }
    set signature [b64encode [CRYPTO::sign -alg hmac-sha256 -keyhex $key [join $lines "\n"]]]
    HTTP::header replace $static::edge_v1_signature "v=1; kid=$key_id; ts=$now; sig=$signature"
}

when HTTP_REQUEST {
    # Also on paths where APM is switched off: what comes through unsigned comes through without identity.
    call edge_v1_strip
}

when ACCESS_ACL_ALLOWED {
    # Again, in case something between the two events has set one of the names.
    call edge_v1_strip
    call edge_v1_sign
}
