# Expression for a Variable Assign item of the access policy: the groups that the API's rules name, and no others.
# Custom variable: session.custom.edge.groups. Put this text (without comments) in as its custom expression, and name
# session.custom.edge.groups in the iRule in place of session.ad.last.attr.memberOf.
# An element that APM holds as 0x and hex is kept whatever it says, since its name cannot be compared here.
set kept "";
foreach group [split [mcget {session.ad.last.attr.memberOf}] "|"] {
    set group [string trim $group];
    if { [string match -nocase "*,OU=API,*" $group] || [string match "0x*" $group] } {
        append kept "| $group ";
    }
}
if { $kept ne "" } { append kept "|" }
return $kept
