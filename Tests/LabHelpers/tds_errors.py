"""What SQL Server and Azure SQL Database say with their errors (sys.messages), by number: class and text."""

TRACE = "3ac0b0a5-5a49-4d2b-9d59-2a1f2f2c7c11"

TEXTS = {
    102: (15, "Incorrect syntax near '{near}'."),
    207: (16, "Invalid column name '{near}'."),
    208: (16, "Invalid object name '{near}'."),
    233: (20, "The client was unable to establish a connection because of an error during connection initialization "
              "process before login. Possible causes include the following:  the client tried to connect to an "
              "unsupported version of SQL Server; the server was too busy to accept new connections; or there was a "
              "resource limitation (insufficient memory or maximum allowed connections) on the server."),
    297: (16, "The user does not have permission to perform this action."),
    300: (14, "VIEW SERVER PERFORMANCE STATE permission was denied on object 'server', database 'master'."),
    911: (16, "Database '{near}' does not exist. Make sure that the name is entered correctly."),
    916: (14, 'The server principal "{user}" is not able to access the database "{database}" under the current '
              "security context."),
    2812: (16, "Could not find stored procedure '{near}'."),
    4060: (11, 'Cannot open database "{database}" requested by the login. The login failed.'),
    4064: (11, "Cannot open user default database. Login failed."),
    6005: (14, "SHUTDOWN is in progress."),
    10928: (20, "Resource ID : 1. The request limit for the database is 60 and has been reached. See "
                "'https://go.microsoft.com/fwlink/?LinkId=267637' for assistance."),
    10929: (20, "Resource ID : 1. The request minimum guarantee is 0, maximum limit is 60 and the current usage for the "
                "database is 60. However, the server is currently too busy to support requests greater than 0 for this "
                "database. See 'https://go.microsoft.com/fwlink/?LinkId=267637' for assistance."),
    17809: (20, "Could not connect because the maximum number of '5' user connections has already been reached. The "
                "system administrator can use sp_configure to increase the maximum value. The connection has been "
                "closed."),
    17810: (20, "Could not connect because the maximum number of '1' dedicated administrator connections already "
                "exists. Before a new connection can be made, the existing dedicated administrator connection must be "
                "dropped, either by logging off or ending the process. The connection has been closed."),
    17892: (14, "Logon failed for login '{user}' due to trigger execution."),
    18401: (14, "Login failed for user '{user}'. Reason: Server is in script upgrade mode. Only administrator can "
                "connect at this time."),
    18451: (14, "Login failed for user '{user}'. Only administrators may connect at this time."),
    18452: (14, "Login failed. The login is from an untrusted domain and cannot be used with Integrated "
                "authentication."),
    18456: (14, "Login failed for user '{user}'."),
    18461: (14, "Login failed for user '{user}'. Reason: Server is in single user mode. Only one administrator can "
                "connect at this time."),
    18470: (14, "Login failed for user '{user}'. Reason: The account is disabled."),
    18486: (14, "Login failed for user '{user}' because the account is currently locked out. The system administrator "
                "can unlock it."),
    18487: (14, "Login failed for user '{user}'.  Reason: The password of the account has expired."),
    18488: (14, "Login failed for user '{user}'.  Reason: The password of the account must be changed."),
    40197: (17, "The service has encountered an error processing your request. Please try again. Error code 40143."),
    40501: (20, f"The service is currently busy. Retry the request after 10 seconds. Incident ID: {TRACE}. Code: 0."),
    40532: (11, 'Cannot open server "{near}" requested by the login.  The login failed.'),
    40613: (17, "Database '{database}' on server '{server}' is not currently available.  Please retry the connection "
                "later.  If the problem persists, contact customer support, and provide them the session tracing ID "
                f"of '{TRACE}'."),
    40615: (14, "Cannot open server '{server}' requested by the login. Client with IP address '{address}' is not "
                "allowed to access the server.  To enable access, use the Azure Management Portal or run "
                "sp_set_firewall_rule on the master database to create a firewall rule for this IP address or address "
                "range.  It may take up to five minutes for this change to take effect."),
    40914: (14, "Cannot open server '{server}' requested by the login. Client is not allowed to access the server."),
    49918: (16, "Cannot process request. Not enough resources to process request. Please retry your request later."),
    49919: (16, "Cannot process create or update request. Too many create or update operations in progress for "
                f'subscription "{TRACE}".'),
    49920: (16, f'Cannot process request. Too many operations in progress for subscription "{TRACE}".'),
}


class ServerError(Exception):
    """An error that ends what is being done."""

    def __init__(self, number, near="", state=1):
        super().__init__(number)
        self.number, self.near, self.state = number, near, state
