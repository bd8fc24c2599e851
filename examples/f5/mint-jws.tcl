# iRule for BIG-IP with APM: sends the user and groups of the APM session to API Gateway in a JWS that lives for seconds.
#
# Attach it to the virtual server that has the access profile. README.md beside this file says what to adapt, and
# docs/f5.md how the other side is set. Written for the Tcl of BIG-IP (8.4); needs ACCESS::oauth.

when RULE_INIT {
    # Claims `iss` and `aud`: exactly what the configuration of hallpass names as issuer and audience.
    set static::edge_jws_issuer "https://bigip.example.com/edge"
    set static::edge_jws_audience "https://orders.example.com"

    # The `apm oauth jwk-config` object that signs, and its algorithm: RS256, RS384, RS512, ES256 or ES384.
    set static::edge_jws_key /Common/edge_jwk
    set static::edge_jws_algorithm RS256

    set static::edge_jws_lifetime_seconds 10
    set static::edge_jws_header x-edge-identity

    # Per claim: name, APM session variable, form, whether the request needs it.
    #   text  one string
    #   list  the form that APM gives attributes with several values, `| one | two |`, as a list of strings
    set static::edge_jws_claims {
        sub     session.logon.last.username    text  required
        groups  session.ad.last.attr.memberOf  list  optional
    }

    # Further headers that no client may send through: every name in `edge.headers` and in other evidence.
    set static::edge_jws_removed {x-edge-user x-edge-groups x-edge-signature x-origin-verify}

    # The host name by which API Gateway is called. The request gets it as its Host header. Empty: Host stays as it is.
    set static::edge_jws_host ""
}

# Removes whatever the client sent under a protected name or an alias of one (`_` and `.` stand for `-` in some systems).
proc edge_jws_strip {} {
    set protected [concat $static::edge_jws_header $static::edge_jws_removed]

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
proc edge_jws_refuse { status reason } {
    log local0.warning "mint-jws: refused with $status: $reason"
    ACCESS::respond $status content "The request was refused." noserver "Content-Type" "text/plain" "Connection" "Close"
}

# A JSON string in ASCII, or "" for a text that is none: control characters, or bytes that are not UTF-8 (RFC 3629).
# Session variables may hold the bytes of UTF-8 or characters, so a character above 0xFF says that it is the latter.
proc edge_jws_string { text } {
    set decoded [regexp {[^\x00-\xff]} $text]
    set json "\""
    set rest 0
    foreach character [split $text ""] {
        scan $character %c code
        if { $code < 0x20 || $code == 0x7f } { return "" }
        if { $rest > 0 } {
            if { ($code & 0xc0) != 0x80 } { return "" }
            set point [expr { ($point << 6) | ($code & 0x3f) }]
            if { [incr rest -1] > 0 } { continue }
            # The shortest form only, and no half of a surrogate pair.
            if { $point < $least || ($point >= 0xd800 && $point <= 0xdfff) || $point > 0x10ffff } { return "" }
            # Control characters of the second block, and the separators that end a line.
            if { ($point >= 0x80 && $point <= 0x9f) || $point == 0x2028 || $point == 0x2029 } { return "" }
        } elseif { $code < 0x80 } {
            append json [string map [list "\\" "\\\\" "\"" "\\\""] $character]
            continue
        } elseif { $decoded } {
            if { ($code >= 0x80 && $code <= 0x9f) || $code == 0x2028 || $code == 0x2029 } { return "" }
            set point $code
        } elseif { ($code & 0xe0) == 0xc0 } {
            set point [expr { $code & 0x1f }]; set rest 1; set least 0x80
            continue
        } elseif { ($code & 0xf0) == 0xe0 } {
            set point [expr { $code & 0x0f }]; set rest 2; set least 0x800
            continue
        } elseif { ($code & 0xf8) == 0xf0 } {
            set point [expr { $code & 0x07 }]; set rest 3; set least 0x10000
            continue
        } else {
            return ""
        }
        if { $point > 0xffff } {
            set point [expr { $point - 0x10000 }]
            append json [format "\\u%04x\\u%04x" [expr { 0xd800 | ($point >> 10) }] [expr { 0xdc00 | ($point & 0x3ff) }]]
        } else {
            append json [format "\\u%04x" $point]
        }
    }
    if { $rest > 0 } { return "" }
    return "$json\""
}

# A JSON string of a value that may stand as 0x and the hex of its bytes, which is how APM stores anything but printable
# ASCII. "" for what is no text, for nothing, and for hex in hex, where nobody can tell which of the two is meant.
proc edge_jws_value { value } {
    if { [regexp {^0x(?:[0-9A-Fa-f]{2})+$} $value] } {
        set value [string trim [binary format H* [string range $value 2 end]] " "]
        if { [regexp {^0x(?:[0-9A-Fa-f]{2})+$} $value] } { return "" }
    }
    if { $value eq "" } { return "" }
    return [call edge_jws_string $value]
}

# A JSON list out of `| one | two |`, or "" when an element is no text.
proc edge_jws_list { value } {
    # The list may stand in hex as a whole; an element that is left of it must not be hex again.
    set whole [regexp {^0x(?:[0-9A-Fa-f]{2})+$} $value]
    if { $whole } { set value [binary format H* [string range $value 2 end]] }
    # `\|` is a bar inside an element. Control characters are refused, so one can hold its place.
    if { [string first "\x01" $value] >= 0 } { return "" }
    set value [string map [list "\\|" "\x01"] $value]
    set single [expr { $whole && [string first "|" $value] < 0 }]
    set strings {}
    foreach element [split $value "|"] {
        set element [string map [list "\x01" "|"] [string trim $element " "]]
        if { $single && ($element eq "" || [regexp {^0x(?:[0-9A-Fa-f]{2})+$} $element]) } { return "" }
        if { $element eq "" } { continue }
        set element [call edge_jws_value $element]
        if { $element eq "" } { return "" }
        lappend strings $element
    }
    return "\[[join $strings ,]\]"
}

# Mints the token and sets the header, or refuses.
proc edge_jws_mint {} {
    set now [clock seconds]
    # Random, so that no two tokens are alike and each can be found in both logs.
    binary scan [sha256 [AES::key 128]] H32 id
    set members [list \
        "\"iss\":[call edge_jws_string $static::edge_jws_issuer]" \
        "\"aud\":[call edge_jws_string $static::edge_jws_audience]" \
        "\"iat\":$now" \
        "\"exp\":[expr { $now + $static::edge_jws_lifetime_seconds }]" \
        "\"jti\":\"$id\"" \
    ]
    foreach {claim variable form presence} $static::edge_jws_claims {
        set value [string trim [ACCESS::session data get $variable] " "]
        if { $value eq "" } {
            if { $presence ne "optional" } {
                call edge_jws_refuse 403 "$variable is empty"
                return
            }
            continue
        }
        if { $form eq "list" } {
            set json [call edge_jws_list $value]
        } else {
            set json [call edge_jws_value $value]
        }
        if { $json eq "" } {
            call edge_jws_refuse 403 "$variable holds control characters or is not UTF-8"
            return
        }
        lappend members "\"$claim\":$json"
    }
    if { $static::edge_jws_host ne "" } { HTTP::header replace Host $static::edge_jws_host }
    set token [ACCESS::oauth sign -payload "\{[join $members ,]\}" -key $static::edge_jws_key -alg $static::edge_jws_algorithm]
    if { $token eq "" } {
        call edge_jws_refuse 503 "the key $static::edge_jws_key did not sign"
        return
    }
    HTTP::header replace $static::edge_jws_header $token
}

when HTTP_REQUEST {
    # Also on paths where APM is switched off: what comes through without a token comes through without identity.
    call edge_jws_strip
}

when ACCESS_ACL_ALLOWED {
    # Again, in case something between the two events has set one of the names.
    call edge_jws_strip
    call edge_jws_mint
}
