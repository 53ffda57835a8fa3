# Candidates for and from partners.
exchange-title = Austausch mit Partnern
exchange-lead = Kandidatinnen und Kandidaten im Datenschema, das UNHCR, HIAS, Talent Beyond Boundaries und andere teilen. Das volle Profil enthält nur Menschen, die zustimmen; Antworten zur Zulässigkeit gehen nie hinaus.
exchange-profile = Profil
exchange-profile-anonymous = anonym
exchange-profile-full-with-consent = voll, von Menschen, die zustimmen
exchange-download = Dokument herunterladen
exchange-schema = JSON-Schema des Dokuments
exchange-in = Von einem Partner
exchange-in-lead = Öffnen Sie eine Kohorte und senden Sie das Dokument des Partners wie eine Tabelle: Sie sehen alle, bevor jemand aufgenommen wird. Antworten zur Zulässigkeit werden sofort versiegelt.
error-exchange-unreadable = Das ist kein Dokument im gemeinsamen Schema.
error-exchange-version = Das Dokument folgt einer anderen Fassung des Schemas.
error-exchange-anonymous = Das Dokument ist anonym: niemand darin kann aufgenommen werden. Bitten Sie den Partner um Menschen, die zustimmen.
error-exchange-closed = Dieses Profil zeigt, was Ihre Rolle nicht sieht.
subject-exchange = Austausch mit Partnern
error-exchange-size = Das Dokument enthält niemanden oder zu viele.
