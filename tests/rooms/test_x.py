import os, socket, pytest, sqlite3
from django.db import connection
def test_engine(db):
    print(connection.vendor, connection.settings_dict["NAME"])
    with connection.cursor() as c:
        if connection.vendor=="sqlite":
            c.execute("pragma journal_mode"); assert c.fetchone()[0]=="wal"
        else:
            c.execute("select current_database()"); print(c.fetchone())
def test_net():
    with pytest.raises(Exception) as e:
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    assert "allowed" in str(e.value)
@pytest.mark.assure
def test_a(): assert 0
