"""The window itself: start, frame, top bar, menus, help, crash reports and the tour."""
