"""The staff console: accounts, sessions and roles, and the pages behind them.

A route is guarded by `Depends(require(Role.AGENT))` (`ui/staff/guard.py`), which gives it the
signed-in `StaffUser` and checks the CSRF token of everything that changes state. Pages are
rendered by `staff_page` (`ui/staff/pages.py`).
"""
