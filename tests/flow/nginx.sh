# nginx.sh: a real HTTP/2 server, nginx, in front of the simulated tenant. Sourced after lib.sh.

# nginx_up NAME ADDR PORT UPSTREAM [LINES [ABOVE]]: in $work/NAME, as an ordinary process of the test's; its log of requests
# in $work/NAME/access, one JSON object a line; its process in $nginx. LINES go into the location that forwards, ABOVE
# stands beside the server.
nginx_up() {
  local dir=$work/$1 addr=$2 port=$3 upstream=$4 lines=${5:-} above=${6:-}
  mkdir -p "$dir/tmp"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext "subjectAltName=DNS:localhost,IP:$addr" -keyout "$dir/key.pem" -out "$dir/ca.pem" 2> /dev/null ||
    fail "openssl req"
  cat > "$dir/nginx.conf" <<-E
	daemon off; master_process off; pid $dir/pid; error_log $dir/error;
	events { worker_connections 512; }
	http {
	  client_body_temp_path $dir/tmp; proxy_temp_path $dir/tmp; fastcgi_temp_path $dir/tmp; uwsgi_temp_path $dir/tmp;
	  scgi_temp_path $dir/tmp;
	  log_format all escape=json '{"connection":\$connection,"protocol":"\$server_protocol","at":\$msec,'
	    '"took":\$request_time,"status":\$status,"uri":"\$request_uri","encoding":"\$sent_http_content_encoding",'
	    '"authorization":"\$http_authorization"}';
	  access_log $dir/access all;
	  $above
	  upstream tenant { server $upstream; keepalive 64; }
	  server {
	    listen $addr:$port ssl http2 reuseport;
	    keepalive_requests 1000000;
	    large_client_header_buffers 8 128k;
	    http2_max_concurrent_streams 128;
	    ssl_certificate $dir/ca.pem; ssl_certificate_key $dir/key.pem;
	    location / {
	      proxy_pass https://tenant; proxy_http_version 1.1;
	      proxy_set_header Host \$http_host; proxy_set_header Connection "";
	      proxy_buffers 16 256k; proxy_buffer_size 256k; proxy_busy_buffers_size 512k;
	      $lines
	    }
	  }
	}
	E
  nginx -p "$dir" -e "$dir/error" -c "$dir/nginx.conf" > "$dir/out" 2>&1 & nginx=$!; pids+=("$nginx")
  for _ in $(seq 200); do
    curl -s -o /dev/null --cacert "$dir/ca.pem" "https://$addr:$port/" && break
    kill -0 "$nginx" 2> /dev/null || { cat "$dir/out" "$dir/error" >&2; fail "nginx did not start"; }
    sleep 0.05
  done
  for _ in $(seq 100); do [ -s "$dir/access" ] && break; sleep 0.05; done   # a request is logged after its answer
  : > "$dir/access"
}
nginx_down() { kill "$nginx" 2> /dev/null || true; wait "$nginx" 2> /dev/null || true; }
