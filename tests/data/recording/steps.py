#!/usr/bin/env python3
"""Sends the requests written down in YAML files, in order, to the server of WORKDIR/kubeconfig.

usage: steps.py WORKDIR FILE...
Each document is a list of steps:
  - {path: /api/v1/..., method: PATCH, manager: kubelet, type: merge-patch, headers: {..}, body: {...}, may_fail: true}
method is PATCH unless told; type is the content type of a PATCH (merge-patch, strategic-merge-patch, apply-patch).
raw: a string sent as it is instead of body. "${NAME}" in a string body is replaced by file WORKDIR/NAME in base64.
"""
import base64, http.client, json, re, ssl, sys, yaml

class Loader(yaml.SafeLoader): pass            # YAML 1.2 timestamps stay strings
Loader.yaml_implicit_resolvers = {k: [(t, r) for t, r in v if t != 'tag:yaml.org,2002:timestamp']
                                  for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}
work = sys.argv[1]
ctx = ssl.create_default_context(cafile=work + '/ca.crt'); ctx.load_cert_chain(work + '/admin.crt', work + '/admin.key')
port = int(re.search(r'127\.0\.0\.1:(\d+)', open(work + '/kubeconfig').read()).group(1))
failed = 0
for name in sys.argv[2:]:
    for step in (s for doc in yaml.load_all(open(name), Loader) if doc for s in doc):
        text = step['raw'] if 'raw' in step else json.dumps(step.get('body'), ensure_ascii=False)
        text = re.sub(r'\$\{([\w.-]+)\}', lambda m: base64.b64encode(open(f'{work}/{m.group(1)}', 'rb').read()).decode(), text)
        method = step.get('method', 'PATCH')
        kind = 'application/json' if method != 'PATCH' else \
            'application/apply-patch+yaml' if step.get('type') == 'apply-patch' else \
            'application/%s+json' % step.get('type', 'merge-patch')
        path = step['path']
        query = [q for q in (step.get('query'), 'fieldManager=' + step['manager'] if step.get('manager') else None) if q]
        if query: path += '?' + '&'.join(query)
        c = http.client.HTTPSConnection('127.0.0.1', port, context=ctx)
        c.request(method, path, text.encode(), {'Content-Type': kind, **step.get('headers', {})})
        r = c.getresponse(); answer = r.read().decode()
        if r.status >= 300:
            note = 'refused (foreseen)' if step.get('may_fail') else 'FAILED'
            failed += not step.get('may_fail')
            try: answer = json.loads(answer)['message']
            except Exception: pass
            print(f'{note}: {method} {path}: {r.status} {answer}'[:1500])
sys.exit(1 if failed else 0)
