#!/usr/bin/python3
# samba-provision.py DIR REALM DOMAIN HOST ADDR ADMINPASS [tdb|mdb] [SERVICES]
# Provisions a Samba AD DC whose every file lies under DIR. Called by samba-up.sh.
# Through samba's Python API rather than "samba-tool domain provision", since only the API can skip the
# sysvol ACLs (they need samba-vfs-modules and a file system with xattrs, and LDAP needs neither).
import logging, os, sys
import samba
from samba.auth import system_session
from samba.param import LoadParm
from samba.provision import provision, FILL_FULL
from samba.dcerpc import security
from samba.schema import Schema

# Samba 4.17 ships the Windows Server 2016 schema (msDS-ExternalDirectoryObjectId, ...) but does not list it.
Schema.base_schemas.setdefault("2016", ("AD_DS_Attributes__Windows_Server_2016.ldf",
                                        "AD_DS_Classes__Windows_Server_2016.ldf", 87))

d, realm, domain, host, addr, adminpass = sys.argv[1:7]
store = sys.argv[7] if len(sys.argv) > 7 else "tdb"
services = sys.argv[8] if len(sys.argv) > 8 else "ldap cldap kdc"
d = os.path.abspath(d)
for s in ("etc", "private", "state", "cache", "lock", "run", "log", "ncalrpc", "sysvol/scripts", "bind-dns"):
    os.makedirs(os.path.join(d, s), exist_ok=True)
conf = os.path.join(d, "etc/smb.conf")
with open(conf, "w") as f:
    f.write(f"""[global]
    netbios name = {host.upper()}
    realm = {realm.upper()}
    workgroup = {domain.upper()}
    server role = active directory domain controller
    server services = {services}
    dcerpc endpoint servers = none
    interfaces = {addr}/8
    bind interfaces only = yes
    private dir = {d}/private
    state directory = {d}/state
    cache directory = {d}/cache
    lock directory = {d}/lock
    pid directory = {d}/run
    ncalrpc dir = {d}/ncalrpc
    binddns dir = {d}/bind-dns
    ntp signd socket directory = {d}/ntp_signd
    winbindd socket directory = {d}/winbindd
    log file = {d}/log/samba.log
    log level = 1
    max log size = 0
    logging = file
    panic action =
    tls enabled = yes
    tls cafile = {d}/tls/ca.pem
    tls certfile = {d}/tls/dc.pem
    tls keyfile = {d}/tls/dc.key
    tls verify peer = ca_only
    ldap server require strong auth = yes
    prefork children = 2
    dsdb:schema update allowed = yes
    include = {d}/etc/extra.conf

[sysvol]
    path = {d}/sysvol
    read only = no

[netlogon]
    path = {d}/sysvol/scripts
    read only = no
""")
open(os.path.join(d, "etc/extra.conf"), "a").close()

lp = LoadParm()
lp.load(conf)
logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
dom_sid = os.environ.get("RIG_DOMAIN_SID", "S-1-5-21-1004336348-1177238915-682003330")
provision(logging.getLogger("provision"), system_session(), smbconf=conf, lp=lp,
          samdb_fill=FILL_FULL, realm=realm, domain=domain, hostname=host.upper(), hostip=addr,
          domainsid=security.dom_sid(dom_sid), adminpass=adminpass, dns_backend="NONE",
          serverrole="active directory domain controller", base_schema="2016",
          dom_for_fun_level=samba.dsdb.DS_DOMAIN_FUNCTION_2008_R2,
          use_ntvfs=False, skip_sysvolacl=True, backend_store=store,
          backend_store_size=8 * 1024 * 1024 * 1024 if store == "mdb" else None,
          batch_mode=True)
