"""What UK law and practice fix: calendars and clocks, markings, exemptions, territories, secure mail,
retention.
"""
