#!/usr/bin/python3
"""Drags the λ slider for some seconds with the mouse and tells how the viewer kept up, as one JSON object.

bench/drag.py [--seconds 5] [--keys KEYS] [FIXED MOVING]     (without scans: the phantom pair, with its grid)

KEYS are pressed before, as xdotool names them: "g" takes that grid away, "j o" adds volume change and outlines.

Runs the viewer on a display of its own (xvfb-run, dbus-run-session). Needs what tools/packages.txt lists for
run and test. All times are in milliseconds. "ours" is what our own callbacks held the window's thread for,
the drawing's GL calls included; "frame" adds GTK's own work. "..._cpu_..." is the processor time of that
thread alone: it leaves out waiting for other threads and processes, such as a software GL driver's.
Exit status 1 if the last picture was not that of the last λ, or more than two ticks ended after it was asked for."""
import argparse
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(HERE)
STEP_S = 0.016
OPEN_WAIT_S = 120


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seconds', type=float, default=5)
    parser.add_argument('--keys', default='')
    parser.add_argument('--viewer', default=os.path.join(SOURCE, 'build/lambdascope'))
    parser.add_argument('--json', action='store_true', help='for completeness: there is no other form')
    parser.add_argument('--inside', action='store_true', help=argparse.SUPPRESS)
    parser.add_argument('scans', nargs='*')
    options = parser.parse_args()
    if len(options.scans) not in (0, 2):
        parser.error('two scans are needed, or none')
    return options


def run_on_own_display():
    for tool in ('xvfb-run', 'dbus-run-session', 'xdotool'):
        if not shutil.which(tool):
            sys.exit(f'drag.py: {tool} is not there: tools/install-packages.sh test installs it')
    environment = {**os.environ, 'GSETTINGS_BACKEND': 'memory', 'OMP_WAIT_POLICY': 'passive'}
    environment.pop('WAYLAND_DISPLAY', None)
    # -noreset: Xvfb must not start anew, refusing connections, once its first client is gone
    # -n: a display that another run has just given up may not be free yet
    command = ['xvfb-run', '-a', '-n', str(100 + os.getpid() % 800),
               '-s', '-screen 0 1600x1000x24 -noreset', 'dbus-run-session', '--',
               '/usr/bin/python3', os.path.abspath(__file__), '--inside', *sys.argv[1:]]
    told = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    lines = [line for line in told.stdout.splitlines() if line.startswith('{')] # not the buses' chatter
    print('\n'.join(lines) or told.stdout)
    sys.exit(told.returncode)


class Reports:
    """What the viewer tells of its timing each time it is asked."""

    def __init__(self, viewer):
        self.viewer, self.seen = viewer, 0

    def next(self):
        self.viewer.process.send_signal(signal.SIGUSR1)
        for _ in range(600):
            lines = [line for line in self.viewer.messages().splitlines() if line.startswith('{')]
            if len(lines) > self.seen:
                self.seen = len(lines)
                return json.loads(lines[-1])
            time.sleep(0.05)
        raise SystemExit('drag.py: the viewer does not report: ' + self.viewer.messages())


def opened(reports):
    """The longest of each figure until the first warped picture has come."""
    longest = {}
    end = time.monotonic() + OPEN_WAIT_S
    while time.monotonic() < end:
        report = reports.next()
        longest = {key: max(value, longest.get(key, 0)) for key, value in report.items()}
        if report['first_warped_ms']:
            time.sleep(1)
            return longest
        time.sleep(0.25)
    raise SystemExit('drag.py: no warped picture came')


def track(viewer):
    """Left end, right end and height of the slider's track in the window."""
    x, y, width, height = viewer.place('slider', '^Smoothness λ$')
    return x + 20, x + width - 20, y + 12


def drag(viewer, seconds):
    """Back and forth, smoothly, to rest at a third of the track. One xdotool, so that its start does not
    take time from the steps."""
    left, right, y = track(viewer)
    steps = max(2, int(seconds / STEP_S))
    xs = [left + (right - left) * (0.5 - 0.45 * math.cos(2 * math.pi * 2.35 * i / steps))
          for i in range(steps)]
    script = ['mousemove', '--window', viewer.window, str(int(xs[0])), str(y), 'sleep', '0.2',
              'mousedown', '1']
    for x in xs:
        script += ['mousemove', '--window', viewer.window, str(int(x)), str(y),
                   'sleep', str(STEP_S)]
    began = time.monotonic()
    subprocess.run(['xdotool', *script, 'mouseup', '1'], check=True, timeout=20 * seconds + 60)
    return time.monotonic() - began


def main():
    options = parse()
    if not options.inside:
        run_on_own_display()
    sys.path.insert(0, os.path.join(SOURCE, 'tests/app'))
    from viewer import Viewer
    arguments = [os.path.abspath(scan) for scan in options.scans] or ['--demo', 'brains']
    with Viewer(options.viewer, arguments, LAMBDASCOPE_TIMING='json') as viewer:
        reports = Reports(viewer)
        opening = opened(reports)
        if options.keys:
            viewer.key(*options.keys.split())
            time.sleep(1)
        reports.next()
        seconds = drag(viewer, options.seconds)
        time.sleep(1.5)
        told = reports.next()
    result = {
        'drag_s': round(seconds, 2),
        'requests': told['requests'],
        'results_shown': told['shown'],
        'tick_ms_median': told['tick_ms_median'],
        'ticks_after_last_request': told['ticks_after_last_request'],
        'last_shown_after_ms': told['last_shown_after_ms'],
        'last_lambda_shown': told['requested_lambda'] == told['shown_lambda'],
    }
    for kind in ('render', 'result', 'input', 'ours', 'frame'):
        for figure in ('ms_longest', 'cpu_ms_longest'):
            result[f'{kind}_{figure}'] = round(told[f'{kind}_{figure}'], 2)
    for figure in ('first_frame_ms', 'first_warped_ms', 'opening_ms_longest', 'render_ms_longest',
                   'ours_ms_longest', 'ours_cpu_ms_longest'):
        result[f'while_opening_{figure}'] = round(opening[figure], 2)
    print(json.dumps(result))
    if not result['last_lambda_shown'] or result['ticks_after_last_request'] > 2:
        sys.exit(1)


if __name__ == '__main__':
    main()
