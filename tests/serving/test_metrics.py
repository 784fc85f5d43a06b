"""The counters are those that Prometheus reads."""

import re

from digitpad.serving.metrics import Metrics

_LINE = re.compile(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [0-9.]+')


def test_every_line_has_the_form_of_prometheus() -> None:
    metrics = Metrics(lambda: 3)
    metrics.request("predict", 200)
    metrics.request("predict", 200)
    metrics.request("predict", 422)
    metrics.answered("http", 0.004)
    metrics.answered("websocket", 70.0)
    metrics.batch(3)
    metrics.event("wrong_code")
    lines = metrics.text().splitlines()
    assert [line for line in lines if not _LINE.fullmatch(line)] == []
    assert 'digitpad_requests_total{route="predict",status="200"} 2' in lines
    assert 'digitpad_requests_total{route="predict",status="422"} 1' in lines
    assert 'digitpad_events_total{event="wrong_code"} 1' in lines
    assert "digitpad_pages 3" in lines


def test_the_buckets_of_a_histogram_add_up() -> None:
    metrics = Metrics(lambda: 0)
    for size in (1, 1, 2, 3, 16):
        metrics.batch(size)
    lines = [line for line in metrics.text().splitlines() if line.startswith("digitpad_batch_size")]
    assert lines == [
        'digitpad_batch_size_bucket{le="1"} 2',
        'digitpad_batch_size_bucket{le="2"} 3',
        'digitpad_batch_size_bucket{le="4"} 4',
        'digitpad_batch_size_bucket{le="8"} 4',
        'digitpad_batch_size_bucket{le="16"} 5',
        'digitpad_batch_size_bucket{le="+Inf"} 5',
        "digitpad_batch_size_sum 23.000000",
        "digitpad_batch_size_count 5",
    ]
